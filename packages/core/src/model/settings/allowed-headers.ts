import type { Parsed } from '../annotations/annotation.ts';
import { settingList } from './setting.ts';
import type { Setting, SettingGroup } from './setting.ts';

const allowedHeaders: Setting<readonly string[]> = {
  key: 'global-allowed-response-headers',
  standard: '',
  values: 'names of headers between commas',
  effect: 'The headers that the annotation `custom-headers` may set, upper and lower case told apart; others make the paths answer 503',
  parse: settingList((name): Parsed<string> =>
    /^[A-Za-z0-9\-_]{1,256}$/.test(name) ? { ok: true, value: name } : { ok: false, reason: 'it is no header name' },
  ),
};

export const allowedHeadersGroup: SettingGroup<readonly string[]> = {
  name: 'allowed-headers',
  settings: [allowedHeaders],
  read: (values) => values.get(allowedHeaders),
};
