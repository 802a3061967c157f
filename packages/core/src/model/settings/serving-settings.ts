import type { Origin } from '../origin.ts';
import type { SettingFacts, SettingGroup, SettingValues } from './setting.ts';
import { clientConnectionsGroup } from './client-connections.ts';
import type { ClientConnections } from './client-connections.ts';
import { upstreamConnectionsGroup } from './upstream-connections.ts';
import type { UpstreamConnections } from './upstream-connections.ts';
import { strictTransportGroup } from './strict-transport.ts';
import type { StrictTransport } from './strict-transport.ts';

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
  readonly strictTransport: StrictTransport;
  readonly clients: ClientConnections;
  readonly upstreams: UpstreamConnections;
  /** In the order of their keys; what a backend does not do exactly is told there. */
  readonly said: readonly SaidSetting[];
}

/** Every group of settings that are no annotations. Adding a setting is adding an entry to one of them. */
export const settingGroups: readonly SettingGroup<unknown>[] = [strictTransportGroup, clientConnectionsGroup, upstreamConnectionsGroup];

/** What the groups make of the values. */
export function servingSettings(values: SettingValues, said: readonly SaidSetting[]): ServingSettings {
  return {
    strictTransport: strictTransportGroup.read(values),
    clients: clientConnectionsGroup.read(values),
    upstreams: upstreamConnectionsGroup.read(values),
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
