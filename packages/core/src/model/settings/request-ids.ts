import { settingText } from './setting.ts';
import type { Setting, SettingGroup } from './setting.ts';

/** Names of requests. */
export interface RequestIds {
  /** A request without a name of its own is given one. */
  readonly generated: boolean;
}

const generate: Setting<boolean> = {
  key: 'generate-request-id',
  standard: 'true',
  values: 'true or false',
  effect: 'Gives a request without `X-Request-ID` a random one',
  parse: settingText.bool,
};

export const requestIdsGroup: SettingGroup<RequestIds> = {
  name: 'request-ids',
  settings: [generate],
  read: (values) => ({ generated: values.get(generate) }),
};
