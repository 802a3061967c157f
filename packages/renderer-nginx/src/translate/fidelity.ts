import { alike, clientSessionFidelity, commonFidelity, keysAbout } from '@sluice/core';
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

const noSpans = {
  level: 'approximate',
  note: 'there are no spans of the proxy: what clients send as traceparent passes through, and may be written to the access log ($http_traceparent)',
} as const;
const withModule = {
  level: 'equivalent',
  note: 'with its module for brotli (libnginx-mod-http-brotli-filter), without it not at all; clients that speak HTTP/1.0 get it as well',
} as const;
const tables = { level: 'equivalent', note: 'they are large enough for everything that fits into a configuration' } as const;

/** Where the nginx data plane differs from ingress-nginx in how it does what an annotation asks for. */
export const nginxFidelity: FidelityTable = {
  ...commonFidelity,
  ...clientSessionFidelity,
  ...alike(keysAbout.brotli, withModule),
  ...alike(keysAbout.authKeepalive, kept),
  ...alike(keysAbout.buffers, buffers),
  ...alike(keysAbout.hashTables, tables),
  ...alike(keysAbout.snippets, readIntoSteps),
  'enable-opentelemetry': noSpans,
  'enable-ocsp': { level: 'refused', note: 'answers of authorities are sent along by nginx without Lua alone' },
  'error-log-level': { level: 'refused', note: 'what nginx says is in the log of the controller, whose level is log.level' },
  'use-proxy-protocol': { level: 'approximate', note: proxied },
  'proxy-protocol-header-timeout': { level: 'equivalent', note: 'the header has as long as the head of a request (client-header-timeout)' },
  'add-headers': notBeforeRoutes,
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

/** Where it differs besides when nginx has no module for brotli. */
export function withoutBrotli(because: string): FidelityTable {
  return alike(keysAbout.brotli, { level: 'refused', note: `${because}: use-gzip compresses` });
}
