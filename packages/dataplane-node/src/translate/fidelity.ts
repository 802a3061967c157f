import type { FidelityTable } from '@sluice/core';

const readIntoSteps = {
  level: 'approximate',
  note: 'its directives are read one by one: headers of an if or of the server come besides those of the location, which nginx lets them replace',
} as const;

const perProcess = 'counted by each process, as ingress-nginx counts in each pod; the counters start anew with the process';

const streams = { level: 'equivalent', note: 'bodies stream in both directions within fixed memory; there is nothing to buffer' } as const;
const onTheSide =
  'the copy is sent on a connection of its own while the request goes on; a slow target loses copies instead of delaying clients';

const keptAnyway = 'connections to authentication services are kept in any case, as many as are of use' as const;
const kept = { level: 'equivalent', note: keptAnyway } as const;

/** Where the Node data plane differs from ingress-nginx in how it does what an annotation asks for. */
export const nodeFidelity: FidelityTable = {
  'configuration-snippet': readIntoSteps,
  'server-snippet': readIntoSteps,
  'auth-keepalive': kept,
  'auth-keepalive-requests': kept,
  'auth-keepalive-share-vars': kept,
  'auth-keepalive-timeout': kept,
  'auth-tls-error-page': { level: 'approximate', note: 'a URL is redirected to; for a path the answer stays 400' },
  'client-body-buffer-size': streams,
  'mirror-target': { level: 'equivalent', note: onTheSide },
  'proxy-buffer-size': streams,
  'proxy-buffering': streams,
  'proxy-buffers-number': streams,
  'proxy-busy-buffers-size': streams,
  'proxy-max-temp-file-size': streams,
  'proxy-request-buffering': streams,
  'limit-rps': { level: 'equivalent', note: perProcess },
  'limit-rpm': { level: 'equivalent', note: perProcess },
  'limit-connections': { level: 'equivalent', note: perProcess },
};
