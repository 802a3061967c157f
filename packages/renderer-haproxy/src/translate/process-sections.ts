import { defaultServing } from '@sluice/core';
import type { ServingSettings } from '@sluice/core';
import { line, lines } from '../render/line.ts';
import type { SectionTree } from '../render/line.ts';
import type { Deployment } from './deployment.ts';
import { errorLines } from './error-files.ts';
import { transportLines } from './transport-security.ts';

/** Files that HAProxy has open besides two for each client: listeners, logs, its own sockets. */
const SPARED_FILES = 512;
/** So many clients there may be whatever the limit is: HAProxy tells by itself when it is too low. */
const MOST_SPARED = 100;
/** Header lines of a request of a client. As many again there is room for what is added. */
export const MOST_HEADERS = 256;

/** The settings of the process. */
export function globalSection(
  { settings, user, mostFiles = Infinity, acceptsOne = false }: Deployment,
  { clients, transportSecurity }: ServingSettings = defaultServing,
  lua?: 'without Lua',
): SectionTree {
  const { threads, maxConnections, hardStopAfterMs } = settings;
  return {
    label: 'the global settings',
    head: ['global'],
    lines: [
      line('maxconn', Math.max(MOST_SPARED, Math.min(maxConnections, Math.floor((mostFiles - SPARED_FILES) / 2)))),
      ...(threads === 'auto' ? [] : [line('nbthread', threads)]),
      line('hard-stop-after', `${hardStopAfterMs}ms`),
      ...(user === undefined ? [] : [line('user', user.name), line('group', user.group)]),
      ...lines('tune.bufsize 32768', 'tune.http.logurilen 4096', `tune.http.maxhdr ${2 * MOST_HEADERS}`),
      ...transportLines(transportSecurity),
      ...(acceptsOne ? [line('tune.maxaccept', 1)] : []),
      ...(clients.http2Streams === undefined ? [] : [line('tune.h2.max-concurrent-streams', clients.http2Streams)]),
      ...(lua === undefined ? luaLines : []),
      // Authentication services and targets of mirrors are asked without a look at their certificates, as ingress-nginx does.
      ...lines('httpclient.ssl.verify none'),
    ],
  };
}

const luaLines = lines(
  'tune.lua.session-timeout 30s',
  'lua-prepend-path current/lua/?.lua',
  'lua-load current/lua/sluice/shared.lua',
  'lua-load-per-thread current/lua/sluice/main.lua',
);

/** What all proxies have in common. Timeouts are those of ingress-nginx. */
export function defaultsSection({ settings: { keepAlive } }: Deployment, { clients }: ServingSettings = defaultServing): SectionTree {
  const { headerMs = 60_000, bodyMs = 60_000, idleMs = keepAlive.clientMs } = clients;
  return {
    label: 'the settings of all proxies',
    head: ['defaults', 'sluice'],
    lines: [
      ...lines('mode http'),
      line('timeout', 'client', `${bodyMs}ms`),
      line('timeout', 'http-request', `${headerMs}ms`),
      ...(idleMs === 0 ? [line('option', 'httpclose')] : [line('timeout', 'http-keep-alive', `${idleMs}ms`)]),
      ...lines('timeout connect 5s', 'timeout server 60s', 'http-reuse safe', 'errorfiles sluice'),
    ],
  };
}

/** The pages of errors that HAProxy itself makes. */
export const errorsSection: SectionTree = { label: 'the pages of errors', head: ['http-errors', 'sluice'], lines: errorLines };

/** As long as HAProxy can count: while no server of DNS answers, the address that was known last stays. */
const LONGEST_HOLD = '24d';

/** Who looks names of endpoints up. One that does not exist any more is forgotten after 30 seconds. */
export const resolversSection: SectionTree = {
  label: 'the resolvers',
  head: ['resolvers', 'sluice'],
  lines: [
    ...lines('parse-resolv-conf', 'accepted_payload_size 8192', 'hold valid 10s', 'timeout resolve 1s', 'timeout retry 1s'),
    ...['timeout', 'refused', 'other'].map((failure) => line('hold', failure, LONGEST_HOLD)),
  ],
};
