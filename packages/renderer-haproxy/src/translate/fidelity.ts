import type { FidelityTable } from '@sluice/core';

const buffers = { level: 'equivalent', note: 'answers are passed on as they come, within fixed buffers of 32 KiB' } as const;
const kept = { level: 'equivalent', note: 'connections to authentication services are not kept' } as const;

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
  'enable-ocsp': { level: 'refused', note: 'HAProxy does not ask authorities about certificates' },
  'ssl-buffer-size': { level: 'equivalent', note: 'records are as large as what there is to send' },
  'ssl-ciphers': { level: 'equivalent', note: 'ChaCha20 goes first for clients that prefer it' },
  'ssl-early-data': { level: 'refused', note: 'requests wait for the end of the handshake' },
  'enable-opentelemetry': noSpans,
  'auth-keepalive': kept,
  'auth-keepalive-requests': kept,
  'auth-keepalive-share-vars': kept,
  'auth-keepalive-timeout': kept,
  'auth-tls-verify-depth': { level: 'approximate', note: 'the length of the chain of a client certificate is not looked at' },
  'client-body-buffer-size': buffers,
  'proxy-buffer-size': buffers,
  'proxy-buffering': buffers,
  'proxy-buffers-number': buffers,
  'proxy-busy-buffers-size': buffers,
  'proxy-max-temp-file-size': buffers,
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
  'configuration-snippet': readIntoSteps,
  'server-snippet': readIntoSteps,
  'custom-headers': notOnOwn,
  'add-headers': {
    level: 'approximate',
    note: 'answers that come before a route is found, those of paths that are refused, and those that HAProxy makes itself when no endpoint answers (502, 504) have no such headers',
  },
  'server-tokens': { level: 'equivalent', note: 'the name is sluice, without a version, and pages of errors are the same' },
  affinity: {
    level: 'equivalent',
    note: 'balanced cookies of ingress-nginx are understood and may lead to another endpoint; persistent ones to their own',
  },
  'load-balance': { level: 'approximate', note: 'ewma is done by least connections' },
  'upstream-hash-by': { level: 'equivalent', note: 'another hash function decides: after a migration keys belong to other endpoints' },
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
  'mirror-request-body': { level: 'approximate', note: 'bodies of copies are sent up to 16 KiB; of longer ones nothing' },
};

/** What is different whatever annotations say; docs/haproxy.md has rarer things. */
export const haproxyDifferences: readonly string[] = [
  'HAProxy does not count bodies of an unknown length (chunked) against limits',
  'HAProxy speaks to endpoints in the version of the client, HTTP/1.0 or HTTP/1.1',
  'HAProxy shows the default certificate to clients that end the name which they ask for with a dot',
  'HAProxy refuses requests with more than 256 header lines, and heads of requests and answers with more than 31 KiB',
];
