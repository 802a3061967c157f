import { ingress, service } from './manifest.ts';
import type { IngressSpec } from './manifest.ts';

/** Is part of every poison value and of nothing else. */
export const MARK = 'p0iz0n';

/** Values that would do something if any of them were taken for more than a text. */
export const poisons: readonly string[] = [
  `${MARK}; load_module /tmp/${MARK}.so`,
  `${MARK}; } server { listen 1; server_name ${MARK}; `,
  `"; } } load_module ${MARK}; #`,
  `'; } ${MARK} {`,
  `${MARK} } { ;`,
  `${MARK}\n} load_module ${MARK};\n`,
  `${MARK}\r\nX-Injected: ${MARK}`,
  `${MARK}\\`,
  `${MARK}\\"; return 200 "`,
  `$host ${MARK} \${request_uri} \${`,
  `\${${MARK}} $1 $${MARK}`,
  `${MARK}\0; #`,
  `# ${MARK}`,
  `content_by_lua_block { ngx.say("${MARK}") }`,
  `]]; os.execute("${MARK}"); --[[`,
  `*~^(${MARK}){1,3}; [a-z]+"'$`,
  `${MARK}\t;\v;\f;\x1b[0m`,
  `ü${MARK}\u{1f4a9}\u2028;`,
];

/** The settings of a controller that serves the places: what they need is allowed. */
export const poisonSettings = { configMap: 'default/settings' } as const;

/** The ConfigMap of these settings. */
export const allowing = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'default' },
  data: { 'global-allowed-response-headers': 'X-Custom' },
};

/** Harmless values of the same places: what a configuration may be made of. */
export const benign: readonly string[] = ['harmless', 'other-value'];

/** A place that users write to, and the objects with a value there. The hosts are those of `hostOf`. */
export interface Place {
  readonly name: string;
  readonly objects: (value: string, index: number) => readonly object[];
}

/** The host of the Ingress with the poison number `index`, unless the poison is the host. */
export function hostOf(index: number): string {
  return `victim-${index}.test`;
}

const PREFIX = 'nginx.ingress.kubernetes.io/';

function victim(index: number, spec: Partial<IngressSpec>): object {
  return ingress({ name: `victim-${index}`, rules: [{ host: hostOf(index), paths: [{ service: 'web' }] }], ...spec });
}

function annotated(index: number, annotations: Readonly<Record<string, string>>): object {
  return victim(index, { annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [PREFIX + key, value])) });
}

function data(kind: 'ConfigMap' | 'Secret', index: number, entries: Readonly<Record<string, string>>): object {
  const content = kind === 'Secret' ? { type: 'Opaque', stringData: entries } : { data: entries };
  return { apiVersion: 'v1', kind, metadata: { name: `data-${index}`, namespace: 'default' }, ...content };
}

function path(name: string, pathType: string, more: Readonly<Record<string, string>> = {}): Place {
  const annotations = Object.fromEntries(Object.entries(more).map(([key, value]) => [PREFIX + key, value]));
  return {
    name,
    objects: (value, index) => [
      victim(index, { annotations, rules: [{ host: hostOf(index), paths: [{ path: `/${value}`, pathType, service: 'web' }] }] }),
    ],
  };
}

/** An annotation with the value, beside others that give it an effect; `%` in them is the value. */
function annotation(name: string, others: Readonly<Record<string, string>> = {}, shape = '%'): Place {
  return {
    name,
    objects: (value, index) => [annotated(index, { ...others, [name]: shape.replaceAll('%', () => value) })],
  };
}

const basic = { 'auth-type': 'basic', 'auth-secret': 'users' };
const external = { 'auth-url': 'http://127.0.0.1:9/' };
const cors = { 'enable-cors': 'true' };
const sticky = { affinity: 'cookie' };
const canary = { canary: 'true', 'canary-by-header': 'X-Canary' };
const https = { 'backend-protocol': 'HTTPS', 'proxy-ssl-verify': 'on', 'proxy-ssl-secret': 'default/authority' };
const clients = { 'auth-tls-secret': 'default/authority' };

/** An Ingress and a canary of it with the value. */
function canaryPlace(name: string): Place {
  return {
    name,
    objects: (value, index) => [
      victim(index, {}),
      ingress({
        name: `canary-${index}`,
        rules: [{ host: hostOf(index), paths: [{ service: 'other' }] }],
        annotations: Object.fromEntries(Object.entries({ ...canary, [name]: value }).map(([key, text]) => [PREFIX + key, text])),
      }),
    ],
  };
}

/** Every place whose text could get into a configuration. */
export const places: readonly Place[] = [
  { name: 'host', objects: (value, index) => [victim(index, { rules: [{ host: value, paths: [{ service: 'web' }] }] })] },
  { name: 'wildcard host', objects: (value, index) => [victim(index, { rules: [{ host: `*.${value}`, paths: [{ service: 'web' }] }] })] },
  path('Exact path', 'Exact'),
  path('Prefix path', 'Prefix'),
  path('implementation specific path', 'ImplementationSpecific'),
  path('path as a pattern', 'ImplementationSpecific', { 'use-regex': 'true' }),
  path('path of a rewrite', 'ImplementationSpecific', { 'use-regex': 'true', 'rewrite-target': '/$1' }),
  { name: 'service', objects: (value, index) => [victim(index, { rules: [{ host: hostOf(index), paths: [{ service: value }] }] })] },
  {
    name: 'port name',
    objects: (value, index) => [victim(index, { rules: [{ host: hostOf(index), paths: [{ service: 'web', port: { name: value } }] }] })],
  },
  { name: 'Ingress name', objects: (value, index) => [victim(index, { name: value })] },
  {
    name: 'Secret name of tls',
    objects: (value, index) => [victim(index, { tls: [{ hosts: [hostOf(index)], secretName: value }] })],
  },
  { name: 'host of tls', objects: (value, index) => [victim(index, { tls: [{ hosts: [value] }] })] },
  {
    name: 'external name',
    objects: (value, index) => [
      { ...service(`external-${index}`), spec: { type: 'ExternalName', externalName: value, ports: [{ port: 80 }] } },
      victim(index, { rules: [{ host: hostOf(index), paths: [{ service: `external-${index}` }] }] }),
    ],
  },
  {
    name: 'users of a password file',
    objects: (value, index) => [
      data('Secret', index, { auth: `${value}:{PLAIN}${value}\n` }),
      annotated(index, { ...basic, 'auth-secret': `data-${index}` }),
    ],
  },
  {
    name: 'value of custom-headers',
    objects: (value, index) => [
      data('ConfigMap', index, { 'X-Custom': value }),
      annotated(index, { 'custom-headers': `default/data-${index}` }),
    ],
  },
  {
    name: 'name of custom-headers',
    objects: (value, index) => [
      data('ConfigMap', index, { [value]: 'x' }),
      annotated(index, { 'custom-headers': `default/data-${index}` }),
    ],
  },
  {
    name: 'value of auth-proxy-set-headers',
    objects: (value, index) => [
      data('ConfigMap', index, { 'X-Custom': value }),
      annotated(index, { ...external, 'auth-proxy-set-headers': `default/data-${index}` }),
    ],
  },
  canaryPlace('canary-by-header'),
  canaryPlace('canary-by-header-value'),
  canaryPlace('canary-by-header-pattern'),
  canaryPlace('canary-by-cookie'),
  annotation('server-alias'),
  annotation('server-alias', {}, '~^%'),
  annotation('auth-secret', basic),
  annotation('auth-realm', basic),
  annotation('auth-url', {}, 'http://127.0.0.1:9/%'),
  annotation('auth-url'),
  annotation('auth-signin', external, 'http://127.0.0.1/%'),
  annotation('auth-signin-redirect-param', { ...external, 'auth-signin': 'http://127.0.0.1/' }),
  annotation('auth-response-headers', external),
  annotation('auth-cache-key', external),
  annotation('auth-request-redirect', external),
  annotation('auth-tls-secret'),
  annotation('auth-tls-match-cn', clients, 'CN=%'),
  annotation('auth-tls-error-page', clients, 'https://help.test/%'),
  annotation('cors-allow-origin', cors, 'https://%'),
  annotation('cors-allow-methods', cors),
  annotation('cors-allow-headers', cors),
  annotation('cors-expose-headers', cors),
  annotation('session-cookie-name', sticky),
  annotation('session-cookie-path', sticky, '/%'),
  annotation('session-cookie-domain', sticky),
  annotation('permanent-redirect', {}, 'https://elsewhere.test/%'),
  annotation('temporal-redirect', {}, 'https://elsewhere.test/%'),
  annotation('app-root', {}, '/%'),
  annotation('rewrite-target', {}, '/%'),
  annotation('x-forwarded-prefix', { 'rewrite-target': '/x' }, '/%'),
  annotation('upstream-vhost'),
  annotation('upstream-hash-by'),
  annotation('connection-proxy-header'),
  annotation('proxy-redirect-to', { 'proxy-redirect-from': 'http://inner.test/' }, 'https://%'),
  annotation('proxy-redirect-from', { 'proxy-redirect-to': 'http://outer.test/' }),
  annotation('proxy-redirect-from', { 'proxy-redirect-to': 'http://outer.test/' }, '~%'),
  annotation('proxy-cookie-domain', {}, 'inner.test %'),
  annotation('proxy-cookie-path', {}, '/% /new'),
  annotation('proxy-ssl-name', https),
  annotation('proxy-ssl-ciphers', https),
  annotation('whitelist-source-range'),
  annotation('custom-http-errors'),
  annotation('default-backend', { 'custom-http-errors': '404' }),
  annotation('mirror-target', {}, 'http://127.0.0.1:9/%'),
  annotation('limit-whitelist', { 'limit-rps': '100' }),
  annotation('proxy-read-timeout'),
  annotation('proxy-body-size'),
  annotation('backend-protocol'),
  annotation('configuration-snippet'),
  annotation('configuration-snippet', {}, 'add_header X-Snip "%";'),
  annotation('configuration-snippet', {}, 'more_set_headers "X-Snip: %";'),
  annotation('server-snippet', {}, 'location /% { return 200 "%"; }'),
];
