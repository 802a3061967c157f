import type { Parsed } from '../annotations/annotation.ts';
import { integerBetween, settingText } from './setting.ts';
import type { Setting, SettingGroup } from './setting.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 307, 308]);

const redirectCode: Setting<number> = {
  key: 'http-redirect-code',
  standard: '308',
  values: '301, 302, 307 or 308',
  effect: 'The status of redirects to HTTPS and of `from-to-www-redirect`',
  parse: (text): Parsed<number> => {
    const parsed = settingText.integer(text);
    return parsed.ok && !REDIRECTS.has(parsed.value) ? { ok: false, reason: 'it must be 301, 302, 307 or 308' } : parsed;
  },
};

/** Statuses that mean something to nginx and are sent by nobody. */
const OWN: ReadonlySet<number> = new Set([444, 494, 495, 496, 497, 498, 499]);

const limitReqStatus: Setting<number> = {
  key: 'limit-req-status-code',
  standard: '503',
  values: '400 to 599',
  effect: 'The status for requests beyond `limit-rps` and `limit-rpm`',
  parse: (text): Parsed<number> => {
    const parsed = integerBetween(400, 599)(text);
    return parsed.ok && OWN.has(parsed.value) ? { ok: false, reason: 'nginx keeps it to itself' } : parsed;
  },
};

const limitConnStatus: Setting<number> = {
  ...limitReqStatus,
  key: 'limit-conn-status-code',
  effect: 'The status for requests beyond `limit-connections`',
};

/** The statuses of answers that the proxy makes itself: read into the policies of routes. */
export interface ProxyStatuses {
  readonly redirect: number;
  readonly rateLimit: number;
  readonly connectionLimit: number;
}

export const proxyStatusesGroup: SettingGroup<ProxyStatuses> = {
  name: 'statuses',
  settings: [redirectCode, limitReqStatus, limitConnStatus],
  read: (values) => ({
    redirect: values.get(redirectCode),
    rateLimit: values.get(limitReqStatus),
    connectionLimit: values.get(limitConnStatus),
  }),
};
