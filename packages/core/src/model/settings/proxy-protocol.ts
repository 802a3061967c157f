import type { Parsed } from '../annotations/annotation.ts';
import { durationBetween } from './quantities.ts';
import { settingText } from './setting.ts';
import type { Setting, SettingGroup } from './setting.ts';
import { realIpCidr } from './trusted-peers.ts';

/** Connections begin with a header of the PROXY protocol, version 1 or 2, that says who the client is. */
export interface ProxyProtocol {
  /** Addresses and CIDR blocks of the peers that are believed; absent: there is no such header. */
  readonly peers?: readonly string[];
  /** For the header to arrive. */
  readonly headerMs: number;
}

export const useProxyProtocol: Setting<boolean> = {
  key: 'use-proxy-protocol',
  standard: 'false',
  values: 'true or false',
  effect:
    'Connections for HTTP and HTTPS begin with a header of the PROXY protocol, version 1 or 2, and the peers in `proxy-real-ip-cidr` are believed who the client is',
  protects: true,
  parse: settingText.bool,
};

const headerTimeout: Setting<number> = {
  key: 'proxy-protocol-header-timeout',
  standard: '5s',
  values: 'a duration',
  effect: 'For the header of the PROXY protocol to arrive',
  parse: durationBetween(1, 86_400_000),
};

const helperHeader: Setting<string> = {
  key: 'forwarded-for-proxy-protocol-header',
  standard: 'X-Forwarded-For-Proxy-Protocol',
  values: 'a header name',
  effect: 'A header that ingress-nginx needs to tell itself the client',
  parse: (text): Parsed<string> =>
    /^[A-Za-z0-9-]{1,128}$/.test(text) ? { ok: true, value: text.toLowerCase() } : { ok: false, reason: 'it is no header name' },
};

export const proxyProtocolGroup: SettingGroup<ProxyProtocol> = {
  name: 'proxy-protocol',
  settings: [useProxyProtocol, headerTimeout, helperHeader],
  read: (values) => ({
    ...(values.get(useProxyProtocol) && { peers: values.get(realIpCidr) }),
    headerMs: values.get(headerTimeout),
  }),
};
