import type { FidelityTable } from '@sluice/core';

const readIntoSteps = {
  level: 'approximate',
  note: 'its directives are read one by one: headers of an if or of the server come besides those of the location, which nginx lets them replace; a second line of Content-Type, Location, Date, Server, ETag or Last-Modified replaces the first, and lines without a value are left out',
} as const;

const buffers = {
  level: 'equivalent',
  note: 'answers are passed on as they come, within fixed buffers of 64 KiB',
} as const;

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

/** Where the nginx data plane differs from ingress-nginx in how it does what an annotation asks for. */
export const nginxFidelity: FidelityTable = {
  'enable-ocsp': { level: 'refused', note: 'answers of authorities are sent along by nginx without Lua alone' },
  'enable-opentelemetry': noSpans,
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
