import { serverToken } from '@sluice/core';
import type { ClientConnections, Compression, ProxyProtocol, ServingSettings, StrictTransport } from '@sluice/core';
import { line, lines } from '../render/line.ts';
import type { Line, SectionTree } from '../render/line.ts';
import { logging } from './access-log.ts';
import { binds } from './binds.ts';
import { httpsPortOf } from './deployment.ts';
import type { Deployment } from './deployment.ts';
import { forwardedHeaders, settingLines } from './forwarded-headers.ts';
import { MOST_HEADERS } from './process-sections.ts';

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
      ...otherPeers(serving.proxyProtocol),
      ...lines(
        'option accept-invalid-http-request',
        // A client may be sending its next request at the moment of a reload: it is answered, and told that it was the last one.
        'option idle-close-on-response',
      ),
      ...(deployment.logsRequests ? logging(serving.accessLog) : []),
      ...clientLimits(clients),
      ...compression(serving.compression),
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

/** By the filter of HAProxy, which tells caches of it (Vary). */
function compression({ gzip }: Compression): readonly Line[] {
  if (gzip === undefined) return [];
  return [line('compression', 'algo', 'gzip'), ...inLines(['text/html', ...gzip.types], 'compression', 'type')];
}

/** Whoever is not believed is not taken: HAProxy would believe it. */
function otherPeers({ peers }: ProxyProtocol): readonly Line[] {
  if (peers === undefined || (peers.length === 1 && peers[0] === '0.0.0.0/0')) return [];
  return peers.length === 0
    ? lines('tcp-request connection reject')
    : [...inLines(peers, 'acl', 'sluice_peers', 'src'), ...lines('tcp-request connection reject unless sluice_peers')];
}

/** A line has 64 words at most (`MAX_LINE_ARGS`), and some of these are long. */
const WORDS_IN_A_LINE = 16;

/** Lines that begin alike and add up. */
function inLines(words: readonly string[], ...start: readonly string[]): readonly Line[] {
  const count = Math.ceil(words.length / WORDS_IN_A_LINE);
  return Array.from({ length: count }, (_, index) =>
    line(...start, ...words.slice(index * WORDS_IN_A_LINE, (index + 1) * WORDS_IN_A_LINE)),
  );
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
