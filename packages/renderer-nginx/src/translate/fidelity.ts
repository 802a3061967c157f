import type { FidelityTable } from '@sluice/core';

const readIntoSteps = {
  level: 'approximate',
  note: 'its directives are read one by one: headers of an if or of the server come besides those of the location, which nginx lets them replace; a second line of Content-Type, Location, Date, Server, ETag or Last-Modified replaces the first, and lines without a value are left out',
} as const;

const buffers = {
  level: 'equivalent',
  note: 'answers are passed on as they come, within fixed buffers of 64 KiB',
} as const;

const proxied = 'connections without TLS count as plain HTTP, also those whose header says port 443' as const;

const kept = { level: 'equivalent', note: 'connections to authentication services are not kept' } as const;

/** Settings of the ConfigMap. */
const notBeforeRoutes = {
  level: 'approximate',
  note: 'answers that come before a route is found (400, 405, 421, those of app-root) have no such headers, and those of paths that are refused have none',
} as const;
const ownName = { level: 'equivalent', note: 'the name is sluice, without a version, and pages of errors are the same' } as const;

const noSpans = {
  level: 'approximate',
  note: 'there are no spans of the proxy: what clients send as traceparent passes through, and may be written to the access log ($http_traceparent)',
} as const;
const ofListen = { level: 'refused', note: 'the addresses are those of listen.http and listen.https' } as const;
const noStatusPage = { level: 'equivalent', note: 'there is no such page for anybody; the admin server tells' } as const;
const noBrotli = { level: 'refused', note: 'nginx is used without a module for brotli: use-gzip compresses' } as const;
const tables = { level: 'equivalent', note: 'they are large enough for everything that fits into a configuration' } as const;

/** Where the nginx data plane differs from ingress-nginx in how it does what an annotation asks for. */
export const nginxFidelity: FidelityTable = {
  'enable-opentelemetry': noSpans,
  'enable-ocsp': { level: 'refused', note: 'answers of authorities are sent along by nginx without Lua alone' },
  'configuration-snippet': readIntoSteps,
  'server-snippet': readIntoSteps,
  'auth-keepalive': kept,
  'auth-keepalive-requests': kept,
  'auth-keepalive-share-vars': kept,
  'auth-keepalive-timeout': kept,
  'client-body-buffer-size': buffers,
  'proxy-buffer-size': buffers,
  'proxy-buffering': buffers,
  'proxy-buffers-number': buffers,
  'proxy-busy-buffers-size': buffers,
  'proxy-max-temp-file-size': buffers,
  'server-name-hash-bucket-size': tables,
  'server-name-hash-max-size': tables,
  'variables-hash-bucket-size': tables,
  'variables-hash-max-size': tables,
  'map-hash-bucket-size': tables,
  'proxy-headers-hash-bucket-size': tables,
  'proxy-headers-hash-max-size': tables,
  'nginx-status-ipv4-whitelist': noStatusPage,
  'nginx-status-ipv6-whitelist': noStatusPage,
  'bind-address': ofListen,
  'enable-brotli': noBrotli,
  'brotli-level': noBrotli,
  'brotli-min-length': noBrotli,
  'brotli-types': noBrotli,
  'error-log-level': { level: 'refused', note: 'what nginx says is in the log of the controller, whose level is log.level' },
  'use-proxy-protocol': { level: 'approximate', note: proxied },
  'proxy-protocol-header-timeout': { level: 'equivalent', note: 'the header has as long as the head of a request (client-header-timeout)' },
  'forwarded-for-header': { level: 'approximate', note: 'of another header than X-Forwarded-For only the first line is looked at' },
  'forwarded-for-proxy-protocol-header': { level: 'equivalent', note: 'no such header is needed' },
  affinity: {
    level: 'equivalent',
    note: 'balanced cookies of ingress-nginx are understood and may lead to another endpoint; persistent ones to their own',
  },
  'add-headers': notBeforeRoutes,
  'server-tokens': ownName,
  'upstream-hash-by': { level: 'equivalent', note: 'another hash function decides: after a migration keys belong to other endpoints' },
  'proxy-ssl-secret': { level: 'approximate', note: 'it holds for the paths of its own Ingress, not for other Ingresses of the host' },
};

const withoutLua = 'this nginx has no Lua' as const;

/** Where it differs besides when nginx has no Lua. */
export const staticFidelity: FidelityTable = {
  'enable-ocsp': { level: 'equivalent', note: 'nginx itself asks the authorities' },
  'configuration-snippet': { level: 'refused', note: `${withoutLua}: paths with a snippet answer 503` },
  'server-snippet': { level: 'refused', note: `${withoutLua}: paths that it changes answer 503` },
  'server-tokens': { level: 'approximate', note: `${withoutLua}: Server is nginx, whether asked for or not` },
  'enable-cors': { level: 'approximate', note: `${withoutLua}: preflights are answered without Content-Length` },
  'auth-signin': { level: 'approximate', note: `${withoutLua}: the URL of the request is not escaped in the redirect` },
};

/** Where it differs besides when nginx was built without `auth_request`. */
export const withoutAuthRequest: FidelityTable = {
  'auth-url': { level: 'refused', note: 'this nginx is built without auth_request: paths with an authentication service answer 503' },
};
