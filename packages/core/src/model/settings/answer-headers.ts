import type { Parsed } from '../annotations/annotation.ts';
import { isFramingHeader } from '../../evaluate/header-edit.ts';
import { settingList, settingText } from './setting.ts';
import type { Setting, SettingGroup } from './setting.ts';

/** What every data plane calls itself in the Server header. */
export const serverToken = 'sluice';

/** What clients see of the headers of upstreams. */
export interface AnswerHeaders {
  /** Names of headers that are taken from answers of upstreams, in lower case. */
  readonly hidden: readonly string[];
  /** The Server header: none, that of the upstream, or the name of the proxy. */
  readonly server: 'none' | 'upstream' | 'own';
}

const hideHeaders: Setting<readonly string[]> = {
  key: 'hide-headers',
  standard: '',
  values: 'names of headers between commas',
  effect: 'Takes these headers from answers of upstreams',
  protects: true,
  parse: settingList((name): Parsed<string> => {
    if (!/^[A-Za-z0-9\-_]{1,128}$/.test(name)) return { ok: false, reason: 'it is no header name' };
    return isFramingHeader(name) ? { ok: false, reason: 'it belongs to the connection' } : { ok: true, value: name.toLowerCase() };
  }),
};

const serverTokens: Setting<boolean> = {
  key: 'server-tokens',
  standard: 'false',
  values: 'true or false',
  effect: 'Says the name of the proxy in the `Server` header of answers; else there is none',
  parse: settingText.bool,
};

const allowBackendServer: Setting<boolean> = {
  key: 'allow-backend-server-header',
  standard: 'false',
  values: 'true or false',
  effect: 'Passes the `Server` header of upstreams on',
  parse: settingText.bool,
};

/** Headers that are kept from clients. */
export const answerHeadersGroup: SettingGroup<AnswerHeaders> = {
  name: 'answer-headers',
  settings: [hideHeaders, serverTokens, allowBackendServer],
  read: (values) => {
    const hidden = new Set(values.get(hideHeaders));
    const passes = values.get(allowBackendServer) && !hidden.has('server');
    return { hidden: [...hidden].toSorted(), server: passes ? 'upstream' : values.get(serverTokens) ? 'own' : 'none' };
  },
};
