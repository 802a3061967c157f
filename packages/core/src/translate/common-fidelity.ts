import type { Fidelity, FidelityTable } from './fidelity.ts';

/** Annotations and settings of which a backend has the same to say, by what they are about. */
export const keysAbout = {
  authKeepalive: ['auth-keepalive', 'auth-keepalive-requests', 'auth-keepalive-share-vars', 'auth-keepalive-timeout'],
  brotli: ['enable-brotli', 'brotli-level', 'brotli-min-length', 'brotli-types'],
  buffers: [
    'client-body-buffer-size',
    'proxy-buffer-size',
    'proxy-buffering',
    'proxy-buffers-number',
    'proxy-busy-buffers-size',
    'proxy-max-temp-file-size',
  ],
  hashTables: [
    'map-hash-bucket-size',
    'proxy-headers-hash-bucket-size',
    'proxy-headers-hash-max-size',
    'server-name-hash-bucket-size',
    'server-name-hash-max-size',
    'variables-hash-bucket-size',
    'variables-hash-max-size',
  ],
  snippets: ['configuration-snippet', 'server-snippet'],
  statusPage: ['nginx-status-ipv4-whitelist', 'nginx-status-ipv6-whitelist'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The rows of a table for keys of which the same is to be said. */
export function alike(keys: readonly string[], fidelity: Fidelity): FidelityTable {
  return Object.fromEntries(keys.map((key) => [key, fidelity]));
}

/** What nginx, HAProxy and the Node data plane all do in the same way, which is not quite that of ingress-nginx. */
export const commonFidelity: FidelityTable = {
  ...alike(keysAbout.statusPage, { level: 'equivalent', note: 'there is no such page for anybody; the admin server tells' }),
  affinity: {
    level: 'equivalent',
    note: 'balanced cookies of ingress-nginx are understood and may lead to another endpoint; persistent ones to their own',
  },
  'bind-address': { level: 'refused', note: 'the addresses are those of listen.http and listen.https' },
  'forwarded-for-proxy-protocol-header': { level: 'equivalent', note: 'no such header is needed' },
  'server-tokens': { level: 'equivalent', note: 'the name is sluice, without a version, and pages of errors are the same' },
  'upstream-hash-by': { level: 'equivalent', note: 'another hash function decides: after a migration keys belong to other endpoints' },
};
