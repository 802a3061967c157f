import { settingText } from './setting.ts';
import type { Setting, SettingGroup } from './setting.ts';

/** Header lines of clients. */
export interface ClientHeaders {
  /** The names that pass: of letters, digits and dashes; with underscores too; any token (RFC 9110). Other lines are left out. */
  readonly names: 'plain' | 'underscores' | 'any';
}

const underscores: Setting<boolean> = {
  key: 'enable-underscores-in-headers',
  standard: 'false',
  values: 'true or false',
  effect: 'Passes header lines of clients on whose names have underscores',
  parse: settingText.bool,
};

const ignoreInvalid: Setting<boolean> = {
  key: 'ignore-invalid-headers',
  standard: 'true',
  values: 'true or false',
  effect:
    'Leaves header lines of clients out whose names have other characters than letters, digits and dashes; else they pass as long as they are tokens',
  parse: settingText.bool,
};

export const clientHeadersGroup: SettingGroup<ClientHeaders> = {
  name: 'client-headers',
  settings: [underscores, ignoreInvalid],
  read: (values) => ({ names: values.get(ignoreInvalid) ? (values.get(underscores) ? 'underscores' : 'plain') : 'any' }),
};
