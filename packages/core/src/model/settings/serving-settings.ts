import { accessLogSettings } from './access-log.ts';
import type { AccessLogSettings } from './access-log.ts';
import type { Origin } from '../origin.ts';
import type { SettingFacts, SettingGroup, SettingValues } from './setting.ts';
import { strictTransportGroup } from './strict-transport.ts';
import type { StrictTransport } from './strict-transport.ts';
import { transportSecurityGroup } from './transport-security.ts';
import type { TransportSecurity } from './transport-security.ts';

/** A setting that somebody has set to something else than its default. */
export interface SaidSetting extends Pick<SettingFacts, 'key' | 'protects'> {
  /** `data[key]` of the ConfigMap. */
  readonly from: Origin;
}

/**
 * What holds for every request, whatever route takes it: plain data, defaults resolved. The same object as long as nothing of it changes.
 * A group of settings is a noun each (`settings/`).
 */
export interface ServingSettings {
  readonly accessLog: AccessLogSettings;
  readonly strictTransport: StrictTransport;
  readonly transportSecurity: TransportSecurity;
  /** In the order of their keys; what a backend does not do exactly is told there. */
  readonly said: readonly SaidSetting[];
}

/** Every group of settings that are no annotations. Adding a setting is adding an entry to one of them. */
export const settingGroups: readonly SettingGroup<unknown>[] = [accessLogSettings, strictTransportGroup, transportSecurityGroup];

/** What the groups make of the values. */
export function servingSettings(values: SettingValues, said: readonly SaidSetting[]): ServingSettings {
  return {
    accessLog: accessLogSettings.read(values),
    strictTransport: strictTransportGroup.read(values),
    transportSecurity: transportSecurityGroup.read(values),
    said,
  };
}

const settings = new Map(settingGroups.flatMap((group) => group.settings.map((setting) => [setting.key, setting] as const)));

/** The setting of this name that is no annotation. */
export function findSetting(key: string): (typeof settingGroups)[number]['settings'][number] | undefined {
  return settings.get(key);
}

/** Names of all settings that are no annotations and take effect. */
export const honouredSettings: readonly string[] = [...settings.keys()];
