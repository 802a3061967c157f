import { accessLogSettings } from './access-log.ts';
import { allowedHeadersGroup } from './allowed-headers.ts';
import { answerHeadersGroup } from './answer-headers.ts';
import { blockedClientsGroup } from './blocked-clients.ts';
import { clientHeadersGroup } from './client-headers.ts';
import { clientConnectionsGroup } from './client-connections.ts';
import { forwardedTrustGroup } from './forwarded-trust.ts';
import { headerLinesGroup } from './header-lines.ts';
import { proxyStatusesGroup } from './proxy-statuses.ts';
import { readingRulesGroup } from './reading-rules.ts';
import { requestIdsGroup } from './request-ids.ts';
import { retriesGroup } from './retries.ts';
import type { AnySetting, SettingGroup } from './setting.ts';
import { strictTransportGroup } from './strict-transport.ts';
import { tracingGroup } from './tracing.ts';
import { upstreamConnectionsGroup } from './upstream-connections.ts';
import { transportSecurityGroup } from './transport-security.ts';

/** Every group of settings that are no annotations. Adding a setting is adding an entry to one of them. */
export const settingGroups: readonly SettingGroup<unknown>[] = [
  accessLogSettings,
  allowedHeadersGroup,
  answerHeadersGroup,
  blockedClientsGroup,
  clientHeadersGroup,
  clientConnectionsGroup,
  forwardedTrustGroup,
  headerLinesGroup,
  proxyStatusesGroup,
  readingRulesGroup,
  requestIdsGroup,
  retriesGroup,
  strictTransportGroup,
  tracingGroup,
  upstreamConnectionsGroup,
  transportSecurityGroup,
];

const settings = new Map(settingGroups.flatMap((group) => group.settings.map((setting) => [setting.key, setting] as const)));

/** The setting of this name that is no annotation. */
export function findSetting(key: string): AnySetting | undefined {
  return settings.get(key);
}

/** Names of all settings that are no annotations and take effect. */
export const honouredSettings: readonly string[] = [...settings.keys()];
