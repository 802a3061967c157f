import { durationBetween } from './quantities.ts';
import { integerBetween, settingText } from './setting.ts';
import type { Setting, SettingGroup } from './setting.ts';

/** How TCP and UDP services wait for endpoints and clients. */
export interface StreamTimes {
  /** How long nothing may be sent in either direction. */
  readonly idleMs: number;
  /** Endpoints that are tried for a connection. */
  readonly tries: number;
  /** No other endpoint is tried after it. */
  readonly triesMs: number;
  /** Datagrams with which an endpoint answers one. */
  readonly responses: number;
}

const DAY_MS = 86_400_000;
/** Timers of HAProxy and of Node.js have 31 bits of milliseconds. */
const LONGEST_IDLE_MS = 24 * DAY_MS;
/** In place of no limit. */
const MANY_TRIES = 100;

const timeout: Setting<number> = {
  key: 'proxy-stream-timeout',
  standard: '600s',
  values: 'a duration',
  effect: 'How long a TCP connection may be silent, and a UDP client keeps its endpoint',
  parse: durationBetween(1, LONGEST_IDLE_MS),
};

const next: Setting<boolean> = {
  key: 'proxy-stream-next-upstream',
  standard: 'true',
  values: 'true or false',
  effect: 'Tries another endpoint when one takes no TCP connection',
  parse: settingText.bool,
};

const nextTimeout: Setting<number> = {
  key: 'proxy-stream-next-upstream-timeout',
  standard: '600s',
  values: 'a duration, 0 for no limit',
  effect: 'No other endpoint is tried after it',
  parse: durationBetween(0, DAY_MS),
};

const nextTries: Setting<number> = {
  key: 'proxy-stream-next-upstream-tries',
  standard: '3',
  values: 'a whole number, 0 for no limit',
  effect: 'Endpoints that are tried',
  parse: integerBetween(0, MANY_TRIES),
};

const responses: Setting<number> = {
  key: 'proxy-stream-responses',
  standard: '1',
  values: 'a whole number',
  effect: 'Datagrams with which an endpoint answers one of a client',
  parse: integerBetween(1, 1_000_000),
};

export const streamTimesGroup: SettingGroup<StreamTimes> = {
  name: 'stream-times',
  settings: [timeout, next, nextTimeout, nextTries, responses],
  read: (values) => ({
    idleMs: values.get(timeout),
    tries: values.get(next) ? values.get(nextTries) || MANY_TRIES : 1,
    triesMs: values.get(nextTimeout) || DAY_MS,
    responses: values.get(responses),
  }),
};
