import { line, lines } from '../render/line.ts';
import type { Line } from '../render/line.ts';

/** What is told of the head of a request, which is gone when the line is written. */
const captures: readonly string[] = [
  'http-request capture req.fhdr(host) len 256',
  'http-request capture req.fhdr(user-agent) len 512',
  'http-request capture req.fhdr(referer) len 512',
];

/**
 * The longest line. No client can write one that is longer, and so none that is cut off and no JSON: what it says is cut before, the target by
 * `tune.http.logurilen`, and a byte is six letters at most.
 */
const LONGEST_LINE = 49152;

/** The fields that the other data planes write too; those with `"` are texts. */
const FIELDS = [
  ['time', '"%[date,utime(%Y-%m-%dT%H:%M:%S+00:00)]"'],
  ['client', '"%ci"'],
  ['method', '"%[capture.req.method,json(utf8s)]"'],
  ['host', '"%[capture.req.hdr(0),json(utf8s)]"'],
  ['target', '"%[capture.req.uri,json(utf8s)]"'],
  ['protocol', '"%[capture.req.ver]"'],
  ['status', '%ST'],
  ['requestBytes', '%U'],
  ['bytesSent', '%B'],
  ['durationMs', '%Ta'],
  ['upstream', '"%si:%sp"'],
  ['route', '"%[var(txn.sluice_upstream),json(utf8s)]"'],
  ['requestId', '"%[var(txn.sluice_request_id),bytes(0,128),json(utf8s)]"'],
  ['userAgent', '"%[capture.req.hdr(1),json(utf8s)]"'],
  ['referer', '"%[capture.req.hdr(2),json(utf8s)]"'],
] as const;

/** A line of JSON for each request. Only the listeners of clients log: Lua's own questions are not of interest. */
export const logging: readonly Line[] = [
  ...lines(`log stdout len ${LONGEST_LINE} format raw local0 info`, 'option dontlognull', ...captures),
  line('log-format', `{${FIELDS.map(([name, value]) => `"${name}":${value}`).join(',')}}`),
  ...lines('http-request set-log-level silent if { var(txn.sluice_silent) -m found }'),
];
