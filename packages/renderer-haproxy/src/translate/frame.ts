import { defaultServing, serverToken } from '@sluice/core';
import type { ClientConnections, ServingSettings, StrictTransport } from '@sluice/core';
import { line, lines } from '../render/line.ts';
import type { Line, SectionTree } from '../render/line.ts';
import { logging } from './access-log.ts';
import { httpsPortOf } from './deployment.ts';
import type { BoundAddress, Deployment } from './deployment.ts';
import { readTimeout } from './backend-class.ts';
import { errorLines } from './error-files.ts';
import { forwardedHeaders, settingLines } from './forwarded-headers.ts';
import { transportLines, transportWords } from './transport-security.ts';

/** Files that HAProxy has open besides two for each client: listeners, logs, its own sockets. */
const SPARED_FILES = 512;
/** So many clients there may be whatever the limit is: HAProxy tells by itself when it is too low. */
const MOST_SPARED = 100;
/** Header lines of a request of a client. As many again there is room for what is added. */
const MOST_HEADERS = 256;

/** The settings of the process. */
export function globalSection(
  { settings, user, mostFiles = Infinity }: Deployment,
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

/**
 * What `accept-invalid-http-request` is for are bytes beyond ASCII and fragments in targets, and targets that name another host than the Host header.
 * What else it lets through is refused: names of headers that are no tokens (RFC 9110 section 5.6.2), whose framing others may see
 * otherwise, and, which HAProxy takes in any case, control characters in values.
 */
const NO_TOKEN = "[^!#$%&'*+.^_`|~0-9A-Za-z,-]";
const CONTROL = String.raw`[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]`;

/** Lines whose names do not count. */
const UNPLAIN: Readonly<Record<string, readonly string[]>> = {
  plain: ['http-request del-header [^A-Za-z0-9-] -m reg'],
  underscores: ['http-request del-header [^A-Za-z0-9_-] -m reg'],
};

/** The listeners, and what comes before passwords are looked at. */
export function frontendSection(deployment: Deployment, serving: ServingSettings): SectionTree {
  const { clients } = serving;
  return {
    label: 'the frontend',
    head: ['frontend', 'sluice_clients', 'from', 'sluice'],
    lines: [
      ...binds(deployment, serving),
      ...lines(
        'option accept-invalid-http-request',
        // A client may be sending its next request at the moment of a reload: it is answered, and told that it was the last one.
        'option idle-close-on-response',
      ),
      ...(deployment.logsRequests ? logging(serving.accessLog) : []),
      ...clientLimits(clients),
      ...lines(
        `http-request deny deny_status 400 if { req.fhdr_cnt gt ${MOST_HEADERS} }`,
        `http-request deny deny_status 400 if { req.hdr_names -m reg ${NO_TOKEN} } or { req.hdrs -m reg ${CONTROL} }`,
        // nginx ignores headers whose names are not made of letters, digits and dashes.
        ...(UNPLAIN[serving.clientHeaders.names] ?? []),
        // Only the internal frontend is told anything by these, and not by clients.
        'http-request del-header x-sluice- -m beg',
        // The client is told to go on, and nobody else: `wait-for-body` does it.
        'http-request wait-for-body time 60s at-least 1 if { req.fhdr(expect) -m found }',
        'http-request del-header Expect',
      ),
      ...settingLines(serving, httpsPortOf(deployment)),
      ...lines(
        'http-request lua.sluice',
        'http-request reject if { var(txn.sluice_hang_up) -m found }',
        'http-request track-sc0 var(txn.sluice_connections) table sluice_connections if { var(txn.sluice_connections) -m found }',
      ),
    ],
  };
}

/** How long heads may be, and how many requests come on one connection. */
function clientLimits({ headerBuffers, requests }: ClientConnections): readonly Line[] {
  const heads =
    headerBuffers === undefined
      ? []
      : [
          `http-request return status 414 content-type text/plain string too-long hdr Connection close if { url,length gt ${headerBuffers.bytes} }`,
          `http-request deny deny_status 400 if { req.hdrs,length gt ${headerBuffers.count * headerBuffers.bytes} }`,
        ];
  const count =
    requests === undefined
      ? []
      : [
          'http-request set-var(sess.sluice_requests) int(0) unless { var(sess.sluice_requests) -m found }',
          'http-request set-var(sess.sluice_requests) var(sess.sluice_requests),add(1)',
          `http-after-response set-header Connection close if { var(sess.sluice_requests) -m int ge ${requests} }`,
        ];
  return lines(...heads, ...count);
}

/** Sent with every answer over TLS, instead of what upstreams say. */
function strictTransportLines({ header }: StrictTransport): readonly Line[] {
  if (header === undefined) return [];
  return [line('http-after-response', 'set-header', 'Strict-Transport-Security', header, 'if', '{', 'ssl_fc', '}')];
}

/** Answers that HAProxy makes by itself after Lua has run (502, 504) have the lines of CORS too: browsers show nothing of them otherwise. */
const corsOfErrors = [
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Credentials',
  'Access-Control-Allow-Methods',
  'Access-Control-Allow-Headers',
  'Access-Control-Expose-Headers',
  'Access-Control-Max-Age',
].flatMap((name) => {
  const held = `var(txn.sluice_${name.toLowerCase().replaceAll('-', '_')})`;
  return lines(`http-after-response set-header ${name} %[${held}] if { ${held} -m found } !{ var(txn.sluice_answered) -m found }`);
});

/** What follows in the frontend when it is known whose password is right: in the order in which ingress-nginx takes these steps. */
export function lastRulesSection(settings: ServingSettings): SectionTree {
  const { strictTransport, answerHeaders } = settings;
  return {
    label: 'the last rules of the frontend',
    head: [],
    lines: [
      ...lines(
        'http-request lua.sluice_gate if { var(txn.sluice_gate) -m found }',
        'http-request wait-for-body time 60s at-least 16384 if { var(txn.sluice_mirror) -m str body }',
        'http-request lua.sluice_mirror if { var(txn.sluice_mirror) -m found }',
      ),
      ...forwardedHeaders(settings),
      ...strictTransportLines(strictTransport),
      ...(answerHeaders.server === 'own' ? [line('http-after-response', 'set-header', 'Server', serverToken)] : []),
      ...corsOfErrors,
      ...lines(
        'http-request lua.sluice_edit if { var(txn.sluice_edit) -m found }',
        'use_backend %[var(txn.sluice_backend)] if { var(txn.sluice_backend) -m found }',
        'default_backend sluice_failed',
      ),
    ],
  };
}

/** A client whose request no Lua could be run for. */
export const failedSection: SectionTree = {
  label: 'the answer when Lua fails',
  head: ['backend', 'sluice_failed', 'from', 'sluice'],
  lines: lines('http-request return status 500 default-errorfiles'),
};

/** How many requests of a client are under way, by Ingress. */
export const connectionsSection: SectionTree = {
  label: 'the table of connections',
  head: ['backend', 'sluice_connections', 'from', 'sluice'],
  lines: lines('stick-table type string len 128 size 100k expire 1h store conn_cur'),
};

/** A socket for HAProxy itself alone; workers are another user than the master where that is root. */
function innerBind(name: string, { user }: Deployment): Line {
  return line('bind', `unix@inner/${name}.sock`, ...(user === undefined ? ['mode', 600] : ['mode', 660, 'group', user.group]));
}

/**
 * Where Lua asks default backends for their pages and the counter of limits, and where requests go whose errors are answered by such pages. It is one
 * socket: HAProxy's own client does not tell its connections to one apart from those to another. The counter runs in the one state of Lua that all
 * threads share; a request runs Lua in one state alone.
 */
export function internalSection(deployment: Deployment): SectionTree {
  return {
    label: 'the internal frontend',
    head: ['frontend', 'sluice_internal', 'from', 'sluice'],
    lines: [
      innerBind('internal', deployment),
      ...lines(
        'option accept-invalid-http-request',
        'http-response set-var(txn.sluice_answered) bool(1)',
        // Only this frontend says it.
        'http-response del-header x-sluice- -m beg',
        'http-response set-header X-Sluice-Endpoint %si:%sp',
        'http-after-response set-header X-Sluice-Own 1 unless { var(txn.sluice_answered) -m found }',
        'http-request lua.sluice_memory if { req.fhdr(x-sluice-answer) -m found }',
        'http-request return status 200 hdr X-Sluice-Kept %[var(txn.sluice_kept)] if { req.fhdr(x-sluice-answer) -m found }',
        'http-request lua.sluice_limit if { req.fhdr(x-sluice-limit) -m found }',
        'http-request return status 503 if { var(txn.sluice_limited) -m found }',
        'http-request return status 200 if { req.fhdr(x-sluice-limit) -m found }',
        'http-request set-var(txn.sluice_backend) req.fhdr(x-sluice-backend)',
        'http-request set-var(txn.sluice_server) req.fhdr(x-sluice-server) if { req.fhdr(x-sluice-server) -m found }',
        'http-request set-var(txn.sluice_read_ms) req.fhdr(x-sluice-read-ms),add(0) if { req.fhdr(x-sluice-read-ms) -m found }',
        'http-request del-header x-sluice- -m beg',
        'use_backend %[var(txn.sluice_backend)]',
        'default_backend sluice_failed',
      ),
    ],
  };
}

/** The way from the frontend of clients to the internal one. */
export const loopSection: SectionTree = {
  label: 'the way to the internal frontend',
  head: ['backend', 'sluice_loop', 'from', 'sluice'],
  lines: [
    ...readTimeout('txn.sluice_loop_ms'),
    ...lines(
      'http-response set-var(txn.sluice_endpoint) res.fhdr(x-sluice-endpoint)',
      'http-response del-header x-sluice-endpoint',
      'http-response lua.sluice_response if { var(txn.sluice_response) -m found }',
      'server internal unix@inner/internal.sock',
    ),
  ],
};

/** All of IPv6 and all of IPv4 are two sockets: an address of IPv4 is not to look like one of IPv6. */
export function binds(deployment: Deployment, { clients, transportSecurity }: ServingSettings = defaultServing): readonly Line[] {
  const { http, https } = deployment;
  const secure = [
    'ssl',
    'crt-list',
    'current/certificates.list',
    'alpn',
    clients.http2 ? 'h2,http/1.1' : 'http/1.1',
    'ca-ignore-err',
    'all',
    'crt-ignore-err',
    'all',
    ...transportWords(transportSecurity),
  ];
  return [
    ...http.flatMap((one) => addressesOf(one, deployment)).map((address) => line('bind', ...address)),
    ...https.flatMap((one) => addressesOf(one, deployment)).map((address) => line('bind', ...address, ...secure)),
  ];
}

/** What follows `bind` for an address, one socket each. */
export function addressesOf({ host, port }: BoundAddress, { ipv6 }: Deployment): readonly (readonly string[])[] {
  if (host !== '') return [[host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`]];
  return [[`0.0.0.0:${port}`], ...(ipv6 ? [[`:::${port}`, 'v6only']] : [])];
}
