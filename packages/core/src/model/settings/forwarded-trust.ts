import type { Parsed } from '../annotations/annotation.ts';
import { useProxyProtocol } from './proxy-protocol.ts';
import { settingText } from './setting.ts';
import type { Setting, SettingGroup } from './setting.ts';
import { realIpCidr } from './trusted-peers.ts';

/** Whom is believed what about the way on which a request came, and what upstreams are told of it. */
export interface ForwardedTrust {
  /** Addresses and CIDR blocks of peers whose `forHeader` says the address of the client; empty: nobody is believed. */
  readonly peers: readonly string[];
  /** `X-Forwarded-Proto`, `-Host` and `-Port` of anybody are believed. */
  readonly way: boolean;
  /** Upstreams are told the whole list of addresses, not the client alone. */
  readonly wholeList: boolean;
  /** Names of the headers, in lower case, that say the address of the client and the host. */
  readonly forHeader: string;
  readonly hostHeader: string;
}

const useForwarded: Setting<boolean> = {
  key: 'use-forwarded-headers',
  standard: 'false',
  values: 'true or false',
  effect:
    'Believes `X-Forwarded-Proto`, `-Host` and `-Port` of every client, and `forwarded-for-header` of the peers in `proxy-real-ip-cidr`',
  parse: settingText.bool,
};

const enableRealIp: Setting<boolean> = {
  key: 'enable-real-ip',
  standard: 'false',
  values: 'true or false',
  effect: 'Believes `forwarded-for-header` of the peers in `proxy-real-ip-cidr`, and nothing else',
  parse: settingText.bool,
};

const computeFull: Setting<boolean> = {
  key: 'compute-full-forwarded-for',
  standard: 'false',
  values: 'true or false',
  effect: 'With `use-forwarded-headers` upstreams get the whole list of `X-Forwarded-For` with the peer at its end, not the client alone',
  parse: settingText.bool,
};

const headerName = (text: string): Parsed<string> =>
  /^[A-Za-z0-9-]{1,128}$/.test(text) ? { ok: true, value: text.toLowerCase() } : { ok: false, reason: 'it is no header name' };

const forHeader: Setting<string> = {
  key: 'forwarded-for-header',
  standard: 'X-Forwarded-For',
  values: 'a header name',
  effect: 'The header that says the address of the client; upstreams get it as `X-Original-Forwarded-For`',
  parse: headerName,
};

const hostHeader: Setting<string> = {
  key: 'forwarded-host-header',
  standard: 'X-Forwarded-Host',
  values: 'a header name',
  effect: 'The header that upstreams get as `X-Original-Forwarded-Host`',
  parse: headerName,
};

/** What other proxies in front say. */
export const forwardedTrustGroup: SettingGroup<ForwardedTrust> = {
  name: 'forwarded',
  settings: [useForwarded, enableRealIp, realIpCidr, computeFull, forHeader, hostHeader],
  read: (values) => {
    const way = values.get(useForwarded);
    return {
      // The PROXY protocol goes before headers, as in ingress-nginx.
      peers: (way || values.get(enableRealIp)) && !values.get(useProxyProtocol) ? values.get(realIpCidr) : [],
      way,
      wholeList: way && values.get(computeFull),
      forHeader: values.get(forHeader),
      hostHeader: values.get(hostHeader),
    };
  },
};
