import type { Parsed } from '../annotations/annotation.ts';
import { secondsBetween, sizeBetween } from './quantities.ts';
import { integerBetween, saidOnly, settingText } from './setting.ts';
import type { Setting, SettingGroup } from './setting.ts';

/** Buffers for what does not fit into the first one. */
export interface HeaderBuffers {
  readonly count: number;
  /** The longest line. */
  readonly bytes: number;
}

/** How connections of clients are treated. What is absent is up to the options of the backend. */
export interface ClientConnections {
  /** For the head of a request to arrive. */
  readonly headerMs?: number;
  /** Between two reads of the body of a request. */
  readonly bodyMs?: number;
  /** For the next request; 0: connections are not kept. */
  readonly idleMs?: number;
  /** Requests on one connection. */
  readonly requests?: number;
  /** The head of a request. */
  readonly headerBuffers?: HeaderBuffers;
  readonly headerBufferBytes?: number;
  readonly http2: boolean;
  /** Concurrent streams of one connection. */
  readonly http2Streams?: number;
}

const DAY_S = 86_400;

function seconds(key: string, standard: string, effect: string, least = 1): Setting<number> {
  return { key, standard, values: 'seconds', effect, parse: secondsBetween(least, DAY_S) };
}

const header = seconds('client-header-timeout', '60', 'For the head of a request to arrive');
const body = seconds('client-body-timeout', '60', 'Between two reads of the body of a request');
const idle = seconds('keep-alive', '75', 'For the next request on a connection of a client; with 0 connections are not kept', 0);

const requests: Setting<number> = {
  key: 'keep-alive-requests',
  standard: '1000',
  values: 'a whole number',
  effect: 'Requests on one connection of a client',
  parse: integerBetween(1, 1_000_000_000),
};

const KIB = 1024;
const MOST_BUFFERS = 64;
const size = sizeBetween(KIB, KIB * KIB);

const buffers: Setting<HeaderBuffers> = {
  key: 'large-client-header-buffers',
  standard: '4 8k',
  values: 'number and size, such as `4 8k`',
  effect: 'A request line that is longer than the size is answered 414, another line 400, as is a head that is longer than all of them',
  parse: (text): Parsed<HeaderBuffers> => {
    const [count = '', written = '', ...more] = text.split(/\s+/);
    const bytes = size(written);
    const isCount = /^[1-9]\d?$/.test(count) && Number(count) <= MOST_BUFFERS && more.length === 0;
    if (!isCount) return { ok: false, reason: `it must be a number up to ${MOST_BUFFERS} and a size, such as "4 8k"` };
    return bytes.ok ? { ok: true, value: { count: Number(count), bytes: bytes.value } } : bytes;
  },
};

const firstBuffer: Setting<number> = {
  key: 'client-header-buffer-size',
  standard: '1k',
  values: 'a size',
  effect: 'Memory for the head of a request, before larger buffers are taken',
  parse: sizeBetween(256, KIB * KIB),
};

const http2: Setting<boolean> = {
  key: 'use-http2',
  standard: 'true',
  values: 'true or false',
  effect: 'Offers HTTP/2 to clients over TLS',
  parse: settingText.bool,
};

const http2Streams: Setting<number> = {
  key: 'http2-max-concurrent-streams',
  standard: '128',
  values: 'a whole number',
  effect: 'Concurrent requests on one connection of HTTP/2',
  parse: integerBetween(1, 10_000),
};

export const clientConnectionsGroup: SettingGroup<ClientConnections> = {
  name: 'client-connections',
  settings: [header, body, idle, requests, buffers, firstBuffer, http2, http2Streams],
  read: (values) => ({
    ...saidOnly(values, 'headerMs', header),
    ...saidOnly(values, 'bodyMs', body),
    ...saidOnly(values, 'idleMs', idle),
    ...saidOnly(values, 'requests', requests),
    ...saidOnly(values, 'headerBuffers', buffers),
    ...saidOnly(values, 'headerBufferBytes', firstBuffer),
    http2: values.get(http2),
    ...saidOnly(values, 'http2Streams', http2Streams),
  }),
};
