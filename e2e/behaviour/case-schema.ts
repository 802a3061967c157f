import { z } from 'zod';

/** How a header must look: exactly so, absent (null), matching an expression, or exactly these fields in this order. */
const header = z.union([z.string(), z.null(), z.strictObject({ matches: z.string() }), z.array(z.string())]);

const headers = z.record(z.string(), header);

/** A count: exactly so many, or a range. */
const count = z.union([z.int().min(0), z.strictObject({ min: z.int().min(0).default(0), max: z.int().optional() })]);

const received = z.strictObject({
  backend: z.string().optional().describe('Name of the echo backend that must have got the request.'),
  method: z.string().optional(),
  uri: z.string().optional().describe('Request target as the backend got it.'),
  http: z.string().optional().describe('Version, such as 1.1.'),
  headers: headers.default({}),
  absent: z.array(z.string()).default([]).describe('Headers that the backend must not have got.'),
  bytes: z.int().optional().describe('Length of the body.'),
});

const body = z.strictObject({
  is: z.string().optional(),
  contains: z.string().optional(),
  matches: z.string().optional(),
  bytes: z.int().optional(),
});

/** `200 a /foo` (status, backend, target that it got), `301 http://host/x` (status, Location) or `404`. */
const shortExpectation = z.string().regex(/^\d{3}(?: \S+){0,2}$/);

const fullExpectation = z.strictObject({
  status: z.union([z.int(), z.array(z.int())]).optional(),
  none: z.literal(true).optional().describe('The connection ends without an answer that has a head.'),
  headers: headers.default({}),
  body: body.optional(),
  upstream: received.optional().describe('What the backend that answered has received.'),
  calls: z.array(received).default([]).describe('Requests that some backend has received during the case, besides others.'),
  counts: z.record(z.string(), count).default({}).describe('How many requests each backend has received during the case.'),
  distribution: z.record(z.string(), count).optional().describe('How many of the answers came from each backend.'),
  statuses: z.record(z.string(), count).optional().describe('How many of the answers had each status.'),
  sameBackend: z.boolean().optional().describe('All answers came from one backend, or from several.'),
  certificate: z.string().optional().describe('Common name of the certificate that was shown.'),
  protocol: z.string().optional().describe('What ALPN chose.'),
  atLeastMs: z.int().optional(),
  atMostMs: z.int().optional(),
});

const fullRequest = z.strictObject({
  method: z.string().default('GET'),
  url: z.string().optional().describe('Absolute; sent as written, byte by byte.'),
  http: z.enum(['1.0', '1.1', '2']).default('1.1'),
  host: z.string().optional().describe('Host header instead of that of the URL.'),
  sni: z.string().optional().describe('Name asked for in the handshake instead of that of the URL; empty for none.'),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
  user: z.string().optional().describe('name:password for basic authentication.'),
  body: z.string().optional(),
  bodyBytes: z.int().optional().describe('Length of a body of no interest.'),
  chunked: z.boolean().default(false),
  raw: z.string().optional().describe('The bytes of the request instead of method, URL and headers.'),
  over: z.enum(['http', 'https']).default('http').describe('Where raw bytes go.'),
  from: z.string().default('127.0.0.1').describe('Address of the client.'),
  certificate: z.string().optional().describe('Client certificate, one of those of the file.'),
  times: z.int().default(1).describe('How often; `${n}` in the request counts from 0.'),
  together: z.boolean().default(false).describe('Sends all at the same time.'),
});

/** `GET http://host/x`, or in full. */
const request = z.union([z.string().regex(/^[A-Z]+ https?:\/\/\S+$/), fullRequest]);
const expectation = z.union([z.int(), shortExpectation, fullExpectation]);

const step = z.strictObject({
  apply: z.array(z.record(z.string(), z.unknown())).default([]).describe('Objects that are written first; the request is then repeated.'),
  pauseMs: z.int().default(0),
  request,
  expect: expectation,
});

const single = z.strictObject({ name: z.string(), source: z.string(), request, expect: expectation });
const sequence = z.strictObject({
  name: z.string(),
  source: z.string(),
  cookies: z.boolean().default(false).describe('Sends the cookies of earlier answers.'),
  steps: z.array(step).min(1),
});
const table = z.strictObject({
  about: z.string(),
  source: z.string(),
  table: z.record(z.string(), z.union([z.int(), shortExpectation])).describe('A request and its answer a line, each a case.'),
});

const certificate = z.strictObject({
  names: z.array(z.string()).min(1).describe('The first is the common name, all are alternative names.'),
  by: z.string().optional().describe('Another certificate of the file that signs it; its own key otherwise.'),
  secret: z.string().optional().describe('Name of the Secret that holds it.'),
  trusts: z.string().optional().describe('Another certificate of the file that is the ca.crt of the Secret.'),
  expired: z.boolean().default(false),
  authority: z.boolean().default(false).describe('Whether it signs others; the Secret then has it as ca.crt.'),
});

/** One file of cases: what is served, and what must be answered. */
export const caseFile = z.strictObject({
  about: z.string().optional(),
  process: z.enum(['shared', 'own']).default('shared').describe('own: a controller that serves nothing but this file.'),
  settings: z.record(z.string(), z.unknown()).default({}).describe('Configuration file of an own process.'),
  certificates: z.record(z.string(), certificate).default({}),
  services: z.record(z.string(), z.array(z.string())).default({}).describe('Services, and the backends that are their endpoints.'),
  manifests: z.array(z.record(z.string(), z.unknown())).default([]),
  cases: z.array(z.union([table, sequence, single])).min(1),
});

export type CaseFile = z.output<typeof caseFile>;
export type Received = z.output<typeof received>;
export type HeaderExpectation = z.output<typeof header>;
export type BodyExpectation = z.output<typeof body>;
export type Count = z.output<typeof count>;
export type CertificateSpec = z.output<typeof certificate>;
export type CaseRequest = z.output<typeof fullRequest>;
export type Expectation = z.output<typeof fullExpectation>;
type WrittenRequest = z.output<typeof request>;
type WrittenExpectation = z.output<typeof expectation>;

/** The request in full. */
export function requestOf(written: WrittenRequest): CaseRequest {
  if (typeof written !== 'string') return written;
  const [method = '', url = ''] = written.split(' ');
  return fullRequest.parse({ method, url });
}

/** The expectation in full. */
export function expectationOf(written: WrittenExpectation): Expectation {
  if (typeof written === 'object') return written;
  const [status, second, uri] = String(written).split(' ');
  const location = second?.includes('/') === true && uri === undefined;
  return fullExpectation.parse({
    status: Number(status),
    ...(location && { headers: { Location: second } }),
    ...(second !== undefined && !location && { upstream: { backend: second, ...(uri !== undefined && { uri }) } }),
  });
}
