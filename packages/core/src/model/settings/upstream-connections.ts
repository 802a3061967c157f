import { durationBetween, secondsBetween } from './quantities.ts';
import { integerBetween, saidOnly } from './setting.ts';
import type { Setting, SettingGroup } from './setting.ts';

/** How connections to endpoints are kept for the next request. What is absent is up to the options of the backend. */
export interface UpstreamConnections {
  /** Idle ones; 0: none is kept. */
  readonly connections?: number;
  /** Requests on one of them. */
  readonly requests?: number;
  /** For the next request. */
  readonly idleMs?: number;
  /** From the first request to the last one. */
  readonly lifeMs?: number;
}

const SECOND_MS = 1000;
const DAY_S = 86_400;

const connections: Setting<number> = {
  key: 'upstream-keepalive-connections',
  standard: '320',
  values: 'a whole number',
  effect: 'Idle connections to endpoints that are kept; with 0 each request has one of its own',
  parse: integerBetween(0, 1_000_000),
};

const requests: Setting<number> = {
  key: 'upstream-keepalive-requests',
  standard: '10000',
  values: 'a whole number',
  effect: 'Requests on one connection to an endpoint',
  parse: integerBetween(1, 1_000_000_000),
};

const life: Setting<number> = {
  key: 'upstream-keepalive-time',
  standard: '1h',
  values: 'a duration',
  effect: 'How old a connection to an endpoint may be to get another request',
  parse: durationBetween(SECOND_MS, 365 * DAY_S * SECOND_MS),
};

const idle: Setting<number> = {
  key: 'upstream-keepalive-timeout',
  standard: '60',
  values: 'seconds',
  effect: 'How long a connection to an endpoint is kept idle',
  parse: secondsBetween(1, DAY_S),
};

export const upstreamConnectionsGroup: SettingGroup<UpstreamConnections> = {
  name: 'upstream-connections',
  settings: [connections, requests, life, idle],
  read: (values) => ({
    ...saidOnly(values, 'connections', connections),
    ...saidOnly(values, 'requests', requests),
    ...saidOnly(values, 'idleMs', idle),
    ...saidOnly(values, 'lifeMs', life),
  }),
};
