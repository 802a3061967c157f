import { alike, commonFidelity, keysAbout } from '@sluice/core';
import type { FidelityTable } from '@sluice/core';

const readIntoSteps = {
  level: 'approximate',
  note: 'its directives are read one by one: headers of an if or of the server come besides those of the location, which nginx lets them replace',
} as const;

const perProcess = 'counted by each process, as ingress-nginx counts in each pod; the counters start anew with the process';

const streams = { level: 'equivalent', note: 'bodies stream in both directions within fixed memory; there is nothing to buffer' } as const;
const onTheSide =
  'the copy is sent on a connection of its own while the request goes on; a slow target loses copies instead of delaying clients';

const kept = { level: 'equivalent', note: 'connections to authentication services are kept in any case, as many as are of use' } as const;
const tables = { level: 'equivalent', note: 'there are none' } as const;
const oneProcess = { level: 'refused', note: 'the proxy is one process, that of the controller' } as const;

/** What is different whatever annotations say. */
export const nodeDifferences: readonly string[] = ['HTTP/1.1 is spoken to clients, with TLS too: HTTP/2 is not offered'];

/** Where the Node data plane differs from ingress-nginx in how it does what an annotation asks for. */
export const nodeFidelity: FidelityTable = {
  ...commonFidelity,
  ...alike(keysAbout.authKeepalive, kept),
  ...alike(keysAbout.buffers, streams),
  ...alike(keysAbout.hashTables, tables),
  ...alike(keysAbout.snippets, readIntoSteps),
  'enable-ocsp': { level: 'refused', note: 'authorities are not asked about certificates' },
  'ssl-buffer-size': { level: 'equivalent', note: 'records are as large as what there is to send' },
  'ssl-early-data': { level: 'refused', note: 'requests wait for the end of the handshake' },
  'ssl-session-cache': {
    level: 'equivalent',
    note: 'sessions are kept by clients, as encrypted tickets whose key is known to the process alone',
  },
  'ssl-session-cache-size': { level: 'equivalent', note: 'sessions are kept by clients: they take no memory' },
  'auth-tls-error-page': { level: 'approximate', note: 'a URL is redirected to; for a path the answer stays 400' },
  'load-balance': {
    level: 'equivalent',
    note: 'response times are known to each process by itself, as ingress-nginx knows them in each pod',
  },
  'proxy-http-version': { level: 'approximate', note: 'requests with a chunked body and upgrades stay at HTTP/1.1' },
  'proxy-next-upstream': { level: 'approximate', note: 'a request body of more than 16 KiB is not sent again once it has left' },
  'proxy-ssl-secret': { level: 'approximate', note: 'it holds for the paths of its own Ingress, not for other Ingresses of the host' },
  'add-headers': {
    level: 'approximate',
    note: 'answers that come before a route is found (400, 405, 421, those of app-root) have no such headers, and those of paths that are refused have none',
  },
  'mirror-target': { level: 'equivalent', note: onTheSide },
  'proxy-request-buffering': streams,
  'client-header-buffer-size': { level: 'equivalent', note: 'heads are read within fixed memory' },
  'http2-max-concurrent-streams': { level: 'equivalent', note: 'clients are not offered HTTP/2' },
  'large-client-header-buffers': { level: 'approximate', note: 'no head longer than 64 KiB is taken' },
  'upstream-keepalive-connections': { level: 'approximate', note: 'it is how many are kept for each endpoint' },
  'worker-processes': oneProcess,
  'max-worker-connections': { level: 'refused', note: 'connections are limited by the files that the process may have open' },
  'max-worker-open-files': { level: 'refused', note: 'the system says how many files the process may have open' },
  'worker-shutdown-timeout': { level: 'equivalent', note: 'changes end no connections' },
  'worker-cpu-affinity': oneProcess,
  'enable-multi-accept': oneProcess,
  'reuse-port': oneProcess,
  'disable-ipv6': { level: 'refused', note: 'name addresses of IPv4 in listen.http and listen.https' },
  'default-type': { level: 'equivalent', note: 'all answers of its own have a type' },
  'proxy-stream-next-upstream-timeout': { level: 'approximate', note: 'tries are limited by their number alone' },
  'enable-brotli': { level: 'equivalent', note: 'clients of HTTP/1.0 get none, as with gzip' },
  'error-log-level': { level: 'refused', note: 'the level of the log of the controller is log.level' },
  'use-proxy-protocol': {
    level: 'approximate',
    note: 'connections without TLS count as plain HTTP, also those whose header says port 443',
  },
  'limit-rps': { level: 'equivalent', note: perProcess },
  'limit-rpm': { level: 'equivalent', note: perProcess },
  'limit-connections': { level: 'equivalent', note: perProcess },
};
