import { accessLines } from '@sluice/core';
import type { AccessLogSettings } from '@sluice/core';
import { line, lines } from '../render/line.ts';
import type { Line, SectionTree } from '../render/line.ts';

/**
 * The longest line. No client can write one that is longer, and so none that is cut off and no JSON: what it says is cut before, the target by
 * `tune.http.logurilen`, and a byte is six letters at most.
 */
const LONGEST_LINE = 65_000;
/** Some two seconds of a busy HAProxy, kept while nobody takes them. */
const RING_BYTES = 16_777_216;

/** What takes lines of requests until the controller has them (`observe/request-socket.ts`). */
export const requestRing: SectionTree = {
  label: 'the memory for requests',
  head: ['ring', 'sluice_requests'],
  lines: lines(
    'format raw',
    `maxlen ${LONGEST_LINE}`,
    `size ${RING_BYTES}`,
    'timeout connect 5s',
    'timeout server 24d',
    'server controller unix@inner/requests.sock',
  ),
};

const LONGEST_HEADER = 512;
/** More headers would not fit into a line. */
const MOST_HEADERS = 8;

/** What `observe/request-lines.ts` reads; those with `"` are texts. */
const FIELDS = [
  ['pid', '%pid'],
  ['number', '%lc'],
  ['stopping', '%[stopping]'],
  ['end', '%[date(0,ms)]'],
  ['client', '"%ci"'],
  ['clientPort', '%cp'],
  ['port', '%fp'],
  ['secure', '%[ssl_fc]'],
  ['method', '"%[capture.req.method,json(utf8s)]"'],
  ['target', '"%[capture.req.uri,json(utf8s)]"'],
  ['protocol', '"%HV"'],
  ['status', '%ST'],
  ['read', '%U'],
  ['readHead', '"%[var(txn.sluice_read_head)]"'],
  ['readLength', '"%[var(txn.sluice_read_length)]"'],
  ['sent', '%B'],
  ['head', '"%[var(txn.sluice_head)]"'],
  ['length', '"%[var(txn.sluice_length)]"'],
  ['total', '%Ta'],
  ['connect', '%Tc'],
  ['response', '%Tr'],
  ['data', '%Td'],
  ['server', '"%si:%sp"'],
  ['endpoint', '"%[var(txn.sluice_endpoint)]"'],
  ['rule', '"%[var(txn.sluice_rule),json(utf8s)]"'],
  ['canary', '"%[var(txn.sluice_canary),json(utf8s)]"'],
  ['silent', '"%[var(txn.sluice_silent)]"'],
  ['id', '"%[var(txn.sluice_request_id),bytes(0,128),json(utf8s)]"'],
  ['user', '"%[var(txn.sluice_user),bytes(0,128),json(utf8s)]"'],
  ['host', '"%[capture.req.hdr(0),json(utf8s)]"'],
] as const;

/** What is noted of a request and its answer before they are gone. */
const NOTES = lines(
  'http-request set-var(txn.sluice_user) http_auth_user if { req.fhdr(authorization) -m found }',
  'http-request set-var(txn.sluice_read_head) req.hdrs,length',
  'http-request set-var(txn.sluice_read_length) req.fhdr(content-length) if { req.fhdr(content-length) -m found }',
  'http-after-response set-var(txn.sluice_head) res.hdrs,length',
  'http-after-response set-var(txn.sluice_length) res.fhdr(content-length)',
);

/** A line of JSON for each request. Only the listeners of clients log: Lua's own questions are not of interest. */
export function logging(settings: AccessLogSettings): readonly Line[] {
  const headers = loggedHeaders(settings);
  const values = headers.map((_, index) => `"%[capture.req.hdr(${index + 1}),json(utf8s)]"`);
  const fields = [...FIELDS.map(([name, value]) => `"${name}":${value}`), `"headers":[${values.join(',')}]`];
  return [
    ...lines(
      `log ring@sluice_requests len ${LONGEST_LINE} format raw local0 debug`,
      // An old worker does not empty its ring any more: it writes to the file, and the controller takes what comes twice once.
      `log stdout len ${LONGEST_LINE} format raw local0 info`,
      'http-request set-log-level debug unless { stopping }',
      'http-response set-log-level info if { stopping }',
      'option dontlognull',
      'http-request capture req.fhdr(host) len 256',
    ),
    ...headers.map((name) => line('http-request', 'capture', `req.fhdr(${name})`, 'len', LONGEST_HEADER)),
    ...NOTES,
    line('log-format', `{${fields.join(',')}}`),
  ];
}

/** Names of the request headers that lines have, as many as there is room for. */
export function loggedHeaders(settings: AccessLogSettings): readonly string[] {
  return accessLines(settings).headers.slice(0, MOST_HEADERS);
}
