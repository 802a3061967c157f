import type { Parsed } from '../annotations/annotation.ts';
import { settingText } from './setting.ts';
import type { Setting, SettingGroup } from './setting.ts';

/** What clients are told by `Strict-Transport-Security` with every answer over TLS, instead of what upstreams say. */
export interface StrictTransport {
  /** The value of the header; absent: none is sent, and that of upstreams passes. */
  readonly header?: string;
}

const hsts: Setting<boolean> = {
  key: 'hsts',
  standard: 'true',
  values: 'true or false',
  effect: 'Sends `Strict-Transport-Security` with every answer over TLS, instead of that of the upstream',
  parse: settingText.bool,
};

const maxAge: Setting<string> = {
  key: 'hsts-max-age',
  standard: '31536000',
  values: 'seconds',
  effect: 'How long browsers remember it',
  parse: (text): Parsed<string> =>
    /^\d{1,15}$/.test(text) ? { ok: true, value: String(Number(text)) } : { ok: false, reason: 'it must be a number of seconds' },
};

const includeSubdomains: Setting<boolean> = {
  key: 'hsts-include-subdomains',
  standard: 'true',
  values: 'true or false',
  effect: 'Adds `includeSubDomains`',
  parse: settingText.bool,
};

const preload: Setting<boolean> = {
  key: 'hsts-preload',
  standard: 'false',
  values: 'true or false',
  effect: 'Adds `preload`',
  parse: settingText.bool,
};

/** RFC 6797. */
export const strictTransportGroup: SettingGroup<StrictTransport> = {
  name: 'strict-transport',
  settings: [hsts, maxAge, includeSubdomains, preload],
  read: (values) => {
    if (!values.get(hsts)) return {};
    const directives = [
      `max-age=${values.get(maxAge)}`,
      ...(values.get(includeSubdomains) ? ['includeSubDomains'] : []),
      ...(values.get(preload) ? ['preload'] : []),
    ];
    return { header: directives.join('; ') };
  },
};
