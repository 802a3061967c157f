import { accessLogSettings } from './access-log.ts';
import type { AccessLogSettings } from './access-log.ts';
import type { Origin } from '../origin.ts';
import type { SettingFacts, SettingValues } from './setting.ts';
import { clientConnectionsGroup } from './client-connections.ts';
import type { ClientConnections } from './client-connections.ts';
import { upstreamConnectionsGroup } from './upstream-connections.ts';
import type { UpstreamConnections } from './upstream-connections.ts';
import { answerHeadersGroup } from './answer-headers.ts';
import type { AnswerHeaders } from './answer-headers.ts';
import { blockedClientsGroup } from './blocked-clients.ts';
import type { BlockedClients } from './blocked-clients.ts';
import { clientHeadersGroup } from './client-headers.ts';
import type { ClientHeaders } from './client-headers.ts';
import { forwardedTrustGroup } from './forwarded-trust.ts';
import type { ForwardedTrust } from './forwarded-trust.ts';
import { requestIdsGroup } from './request-ids.ts';
import type { RequestIds } from './request-ids.ts';
import { strictTransportGroup } from './strict-transport.ts';
import type { StrictTransport } from './strict-transport.ts';
import { tracingGroup } from './tracing.ts';
import type { TracingSettings } from './tracing.ts';
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
  readonly answerHeaders: AnswerHeaders;
  readonly blocked: BlockedClients;
  readonly clientHeaders: ClientHeaders;
  readonly forwarded: ForwardedTrust;
  readonly requestIds: RequestIds;
  readonly strictTransport: StrictTransport;
  readonly tracing: TracingSettings;
  readonly clients: ClientConnections;
  readonly upstreams: UpstreamConnections;
  readonly transportSecurity: TransportSecurity;
  /** In the order of their keys; what a backend does not do exactly is told there. */
  readonly said: readonly SaidSetting[];
}

/** What the groups make of the values. */
export function servingSettings(values: SettingValues, said: readonly SaidSetting[]): ServingSettings {
  return {
    accessLog: accessLogSettings.read(values),
    answerHeaders: answerHeadersGroup.read(values),
    blocked: blockedClientsGroup.read(values),
    clientHeaders: clientHeadersGroup.read(values),
    forwarded: forwardedTrustGroup.read(values),
    requestIds: requestIdsGroup.read(values),
    strictTransport: strictTransportGroup.read(values),
    tracing: tracingGroup.read(values),
    clients: clientConnectionsGroup.read(values),
    upstreams: upstreamConnectionsGroup.read(values),
    transportSecurity: transportSecurityGroup.read(values),
    said,
  };
}
