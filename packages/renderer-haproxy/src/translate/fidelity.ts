import { alike, clientSessionFidelity, commonFidelity, keysAbout } from '@sluice/core';
import type { FidelityTable } from '@sluice/core';

const buffers = { level: 'equivalent', note: 'answers are passed on as they come, within fixed buffers of 32 KiB' } as const;
const kept = { level: 'equivalent', note: 'connections to authentication services are not kept' } as const;

const noBrotli = { level: 'refused', note: 'HAProxy has no brotli: use-gzip compresses' } as const;
const tables = { level: 'equivalent', note: 'there are none' } as const;

const fixedHeads = { level: 'equivalent', note: 'there is one buffer of 32 KiB' } as const;

const notOnOwn = {
  level: 'approximate',
  note: 'answers that HAProxy makes itself when no endpoint answers (502, 504) have no such headers',
} as const;

const readIntoSteps = {
  level: 'approximate',
  note: 'its directives are read one by one: headers of an if or of the server come besides those of the location, which nginx lets them replace; answers that HAProxy makes itself when no endpoint answers (502, 504) have none of them',
} as const;

const noSpans = {
  level: 'approximate',
  note: 'there are no spans of the proxy: what clients send as traceparent passes through, and may be written to the access log ($http_traceparent)',
} as const;

/** Where the HAProxy data plane differs from ingress-nginx in how it does what an annotation asks for. */
export const haproxyFidelity: FidelityTable = {
  ...commonFidelity,
  ...clientSessionFidelity,
  ...alike(keysAbout.brotli, noBrotli),
  ...alike(keysAbout.authKeepalive, kept),
  ...alike(keysAbout.buffers, buffers),
  ...alike(keysAbout.hashTables, tables),
  ...alike(keysAbout.snippets, readIntoSteps),
  'enable-opentelemetry': noSpans,
  'enable-ocsp': { level: 'refused', note: 'HAProxy does not ask authorities about certificates' },
  'ssl-buffer-size': { level: 'equivalent', note: 'records are as large as what there is to send' },
  'ssl-ciphers': { level: 'equivalent', note: 'ChaCha20 goes first for clients that prefer it' },
  'ssl-early-data': { level: 'refused', note: 'requests wait for the end of the handshake' },
  'auth-tls-verify-depth': { level: 'approximate', note: 'the length of the chain of a client certificate is not looked at' },
  'proxy-request-buffering': { level: 'equivalent', note: 'bodies are passed on as they come' },
  'proxy-body-size': { level: 'approximate', note: 'bodies of an unknown length (chunked) are not counted' },
  'proxy-send-timeout': {
    level: 'approximate',
    note: 'HAProxy has one timeout for reading from and writing to endpoints: proxy-read-timeout',
  },
  'connection-proxy-header': { level: 'refused', note: 'HAProxy writes the Connection header of its connections to endpoints itself' },
  'proxy-http-version': { level: 'approximate', note: 'endpoints are spoken to in the version of the client, HTTP/1.0 or HTTP/1.1' },
  'proxy-next-upstream-timeout': { level: 'approximate', note: 'tries are limited by their number alone' },
  'proxy-ssl-verify-depth': { level: 'approximate', note: 'the length of the chain of an endpoint is not looked at' },
  'custom-headers': notOnOwn,
  'add-headers': {
    level: 'approximate',
    note: 'answers that come before a route is found, those of paths that are refused, and those that HAProxy makes itself when no endpoint answers (502, 504) have no such headers',
  },
  'load-balance': { level: 'approximate', note: 'ewma is done by least connections' },
  'mirror-target': { level: 'approximate', note: 'requests by other methods than GET, HEAD, POST, PUT and DELETE are not copied' },
  'custom-http-errors': { level: 'approximate', note: 'pages of the default backend are passed on up to 24 KiB, longer ones not' },
  'client-body-timeout': {
    level: 'approximate',
    note: 'a body that comes to a halt on its way to an endpoint is waited for as long as that may be silent; it is for clients that are slow to take an answer as well',
  },
  'client-header-buffer-size': fixedHeads,
  'large-client-header-buffers': {
    level: 'approximate',
    note: 'a header line may be as long as all buffers together, and no head longer than 31 KiB',
  },
  'upstream-keepalive-connections': { level: 'approximate', note: 'it is how many are kept for each endpoint' },
  'upstream-keepalive-requests': { level: 'approximate', note: 'those of one client in a row count as one' },
  'upstream-keepalive-time': { level: 'refused', note: 'HAProxy does not look at the age of connections' },
  'upstream-keepalive-timeout': {
    level: 'approximate',
    note: 'after each such time half of the connections that were not in use are closed',
  },
  'worker-processes': { level: 'approximate', note: 'it is the number of threads of one process, 64 at most' },
  'max-worker-connections': { level: 'approximate', note: 'it is for connections of clients, all threads together' },
  'max-worker-open-files': { level: 'equivalent', note: 'HAProxy asks for as many as its connections need' },
  'worker-cpu-affinity': { level: 'refused', note: 'threads are not bound to CPUs' },
  'reuse-port': { level: 'refused', note: 'without it no reload would be without a gap' },
  'default-type': { level: 'equivalent', note: 'all answers of its own have a type' },
  'proxy-stream-next-upstream-timeout': { level: 'approximate', note: 'tries are limited by their number alone' },
  'proxy-stream-responses': { level: 'equivalent', note: 'UDP is not served' },
  'use-gzip': { level: 'approximate', note: 'the end of what an endpoint sends before a pause may wait for what it sends next' },
  'gzip-level': { level: 'approximate', note: 'HAProxy compresses as hard as it is built to' },
  'gzip-min-length': { level: 'refused', note: 'short answers are compressed as well' },
  'gzip-disable': { level: 'refused', note: 'HAProxy does not look at user agents' },
  'error-log-level': { level: 'refused', note: 'what HAProxy says is in the log of the controller, whose level is log.level' },
  'use-proxy-protocol': {
    level: 'approximate',
    note: 'connections without TLS count as plain HTTP, also those whose header says port 443; peers that are not in proxy-real-ip-cidr are not taken, but for those of IPv6 while it is 0.0.0.0/0, which are believed',
  },
  'proxy-protocol-header-timeout': { level: 'approximate', note: 'the header has as long as the body of a request (client-body-timeout)' },
  'mirror-request-body': { level: 'approximate', note: 'bodies of copies are sent up to 16 KiB; of longer ones nothing' },
};

/** What is different whatever annotations say; docs/haproxy.md has rarer things. */
export const haproxyDifferences: readonly string[] = [
  'HAProxy does not count bodies of an unknown length (chunked) against limits',
  'HAProxy speaks to endpoints in the version of the client, HTTP/1.0 or HTTP/1.1',
  'HAProxy shows the default certificate to clients that end the name which they ask for with a dot',
  'HAProxy refuses requests with more than 256 header lines, and heads of requests and answers with more than 31 KiB',
];
