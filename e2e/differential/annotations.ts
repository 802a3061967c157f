import fc from 'fast-check';

const PREFIX = 'nginx.ingress.kubernetes.io/';

/**
 * Annotations that belong together, each with its values; some are not valid. Of a group one draw takes the first entry and some of the others.
 * `${auth}` is the address of an authentication service, `${secure}` of nothing. What differs by chance or by time has no place here: limits
 * are too high to be reached, weights are all or nothing, answers of authentication services are not remembered.
 */
type Group = readonly (readonly [name: string, ...values: readonly string[]])[];

const cors: Group = [
  ['enable-cors', 'true', 'true', 'true', 'yes'],
  ['cors-allow-origin', '*', 'https://app.test', 'https://*.app.test, http://x.test:8080', 'https://app.test, not an origin;', 'null'],
  ['cors-allow-methods', 'GET, PUT', 'PATCH', 'G@T;'],
  ['cors-allow-headers', 'X-One,X-Two', 'bad header;'],
  ['cors-allow-credentials', 'true', 'false', 'maybe'],
  ['cors-expose-headers', 'X-Out', '*', 'X Out'],
  ['cors-max-age', '5', 'soon'],
];

const basic: Group = [
  ['auth-type', 'basic', 'basic', 'basic', 'digest', 'other'],
  ['auth-secret', 'users', 'one/users', 'two/users', 'users-map', 'missing', 'a/b/c'],
  ['auth-secret', 'users', 'users'],
  ['auth-secret-type', 'auth-file', 'auth-map', 'other'],
  ['auth-realm', 'Shop', 'off', 'a "quoted" $realm', 'ümlaut; }'],
];

const external: Group = [
  [
    'auth-url',
    'http://${auth}/pass',
    'http://${auth}/pass?of=$request_uri',
    'http://${auth}/by-header',
    'http://${auth}/refuse',
    'http://${auth}/forbid',
    'http://${auth}/fail',
    'http://${auth}/move',
    'not a url',
  ],
  ['auth-signin', 'https://login.test/start', 'https://login.test/?go=$escaped_request_uri', '$scheme://login.test/', 'http://;bad'],
  ['auth-signin-redirect-param', 'next', 'a b'],
  ['auth-response-headers', 'X-User, X-Groups', 'bad header;'],
  ['auth-method', 'POST', 'HEAD', 'FETCH'],
  ['auth-proxy-set-headers', 'one/auth-headers', 'auth-headers', 'missing'],
  ['auth-always-set-cookie', 'true', 'no'],
  ['auth-request-redirect', '/back?x=$uri'],
];

const canary: Group = [
  ['canary', 'true'],
  ['canary-by-header', 'X-Canary', 'bad name;'],
  ['canary-by-header-value', 'v2'],
  ['canary-by-header-pattern', '^v[0-9]+$', '(['],
  ['canary-by-cookie', 'canary'],
  ['canary-weight', '100', '0', '200', 'most'],
  ['canary-weight-total', '100', '50'],
];

const affinity: Group = [
  ['affinity', 'cookie', 'cookie', 'header'],
  ['affinity-mode', 'balanced', 'persistent', 'loose'],
  ['session-cookie-name', 'route', 'bad name;'],
  ['session-cookie-path', '/foo', 'no; slash'],
  ['session-cookie-domain', 'shop.test'],
  ['session-cookie-expires', '3600', 'never'],
  ['session-cookie-max-age', '100', '-1'],
  ['session-cookie-samesite', 'Lax', 'none', 'odd'],
  ['session-cookie-conditional-samesite-none', 'true'],
  ['session-cookie-secure', 'true'],
  ['session-cookie-change-on-failure', 'true'],
];

const errors: Group = [
  ['custom-http-errors', '404,500', '418', '503', '200', 'abc'],
  ['default-backend', 'c', 'many', 'missing', 'unready'],
  ['disable-proxy-intercept-errors', 'true'],
];

const answers: Group = [
  ['proxy-redirect-from', 'default', 'off', 'http://inner.test/', '~^http://inner(.*)$', '/', 'bad;'],
  ['proxy-redirect-to', '/moved/', 'https://front.test/', 'off', 'https://$host/'],
  ['proxy-cookie-domain', 'inner.test shop.test', 'off', 'one two three'],
  ['proxy-cookie-path', '/old /new', 'off', '/old'],
  ['custom-headers', 'one/headers', 'two/headers', 'headers', 'one/missing'],
];

const upstream: Group = [
  ['upstream-vhost', 'inner.test', '$host', 'bad host;'],
  ['connection-proxy-header', 'close', 'keep-alive', 'upgrade', 'bad;'],
  ['proxy-http-version', '1.0', '1.1', '2'],
  ['proxy-body-size', '10', '1k', '0', '8q'],
  ['backend-protocol', 'HTTPS', 'HTTP', 'AUTO_HTTP', 'GRPC', 'SPDY'],
];

const secureUpstream: Group = [
  ['backend-protocol', 'HTTPS'],
  ['proxy-ssl-server-name', 'on', 'off', 'maybe'],
  ['proxy-ssl-name', 'secure.test', 'bad name;'],
  ['proxy-ssl-verify', 'off', 'no'],
];

const clientCertificates: Group = [
  ['auth-tls-secret', 'one/authority', 'two/authority', 'one/missing', 'authority'],
  ['auth-tls-verify-client', 'on', 'optional', 'optional_no_ca', 'off', 'maybe'],
  ['auth-tls-error-page', 'https://help.test/certificates', 'not a url'],
  ['auth-tls-pass-certificate-to-upstream', 'true', 'maybe'],
  ['auth-tls-match-cn', 'CN=client', 'CN=other', 'client'],
];

const access: Group = [
  ['whitelist-source-range', '127.0.0.1', '127.0.0.9,10.0.0.0/8', '127.0.0.0/8', '::1', 'everybody'],
  ['denylist-source-range', '127.0.0.9/32', '10.0.0.1', 'nobody;'],
  ['satisfy', 'any', 'all', 'some'],
  ['auth-type', 'basic'],
  ['auth-secret', 'users'],
];

const redirects: Group = [
  ['permanent-redirect', 'https://elsewhere.test/there?x=1', 'https://elsewhere.test$request_uri', 'not%a;url'],
  ['permanent-redirect-code', '308', '404', 'x'],
  ['temporal-redirect', 'https://elsewhere.test/now', '/no-scheme'],
  ['temporal-redirect-code', '307', '305', '404'],
  ['from-to-www-redirect', 'true'],
  ['app-root', '/home', 'home', '/a b;', '/$host'],
  ['relative-redirects', 'true', 'perhaps'],
];

const secure: Group = [
  ['ssl-redirect', 'false', 'true', 'off'],
  ['force-ssl-redirect', 'true'],
  ['preserve-trailing-slash', 'true'],
  ['use-port-in-redirects', 'true'],
  ['server-alias', 'alias.test,*.alias.test', '~^x[0-9]+\\.test$', 'shop.test', 'bad alias;', 'www.alias.*'],
  ['from-to-www-redirect', 'true'],
];

const rewrites: Group = [
  ['use-regex', 'true', 'yes'],
  ['rewrite-target', '/new', '/$2', '/', '/foo', '/a b', '/$1?x=$2', '/x;y', '/$host'],
  ['x-forwarded-prefix', '/outside', '/$1', 'bad;'],
];

const balancing: Group = [
  ['upstream-hash-by', '$request_uri', '$http_x_key', 'x-${arg_user}', '$remote_addr', '$nothing_known', 'fixed', 'a b;c'],
  ['load-balance', 'ewma', 'round_robin', 'ip_hash'],
];

const harmless: Group = [
  ['enable-access-log', 'false', 'no'],
  ['proxy-read-timeout', '30', 'x'],
  ['proxy-connect-timeout', '5', '-1'],
  ['proxy-buffering', 'on', 'off', 'maybe'],
  ['proxy-buffer-size', '8k', '8q'],
  ['proxy-buffers-number', '4', 'x'],
  ['proxy-request-buffering', 'on', 'off'],
  ['client-body-buffer-size', '16k', '1x'],
  ['proxy-max-temp-file-size', '1m', '0'],
  ['proxy-next-upstream', 'error timeout', 'off', 'http_999'],
  ['proxy-next-upstream-tries', '2', 'x'],
  ['http2-push-preload', 'true', 'x'],
  ['limit-rps', '100000', 'x'],
  ['limit-connections', '10000', 'x'],
  ['limit-whitelist', '10.0.0.0/8', 'x'],
  ['enable-modsecurity', 'true'],
  ['no-such-annotation', 'x'],
];

const snippets: Group = [
  [
    'configuration-snippet',
    'add_header X-Snip one;',
    'add_header X-Always "$host" always;',
    'more_set_headers "X-More: $uri";',
    'more_set_headers "X-Out: replaced"; more_clear_headers "X-Back*";',
    'proxy_set_header X-Up "a $uri b"; proxy_hide_header X-Out;',
    'more_set_input_headers "X-In: in"; more_clear_input_headers "X-Extra";',
    'if ($http_x_if = "yes") { return 403 "no"; }',
    'rewrite ^/foo/(.*)$ /bar/$1 break;',
    'rewrite ^/dir/?(.*)$ /moved/$1 permanent;',
    'deny 127.0.0.9; allow all;',
    'return 418 "tea";',
    'lua_code_cache off; more_set_headers "X-Rest: yes";',
    'add_header "X-Broken',
  ],
  [
    'server-snippet',
    'add_header X-Server one;',
    'more_set_headers "X-Server-More: $host";',
    'location = /dir { return 200 "dir"; }',
    'location /foo/bar { add_header X-Location yes; return 410; }',
    'location ~* ^/[a-f]oo { deny all; }',
    'if ($request_method = PURGE) { return 405; }',
    'return 301 https://moved.test$request_uri;',
    'proxy_set_header X-From-Server "$remote_addr";',
    'listen 1234;',
  ],
];

const groups: readonly Group[] = [
  cors,
  basic,
  external,
  affinity,
  errors,
  answers,
  upstream,
  secureUpstream,
  clientCertificates,
  access,
  redirects,
  secure,
  rewrites,
  rewrites,
  balancing,
  harmless,
  snippets,
];

type Entry = readonly [string, string];

const entryOf = ([name, ...values]: Group[number]): fc.Arbitrary<Entry> =>
  fc.constantFrom(...values).map((value) => [PREFIX + name, value]);

/** The first entry, most of the time, and some of the others. */
function entriesOf(group: Group): fc.Arbitrary<readonly Entry[]> {
  const [first, ...others] = group.map(entryOf);
  if (first === undefined) throw new Error('a group needs an entry');
  const leading = fc.option(first, { nil: undefined, freq: 5 });
  const following = fc.subarray(others, { maxLength: Math.min(4, others.length) }).chain((some) => fc.tuple(...some));
  return fc.tuple(leading, following).map(([one, rest]) => [...(one === undefined ? [] : [one]), ...rest]);
}

/** Annotations of an Ingress: often none, else of one to three groups. */
export const wideAnnotations: fc.Arbitrary<Readonly<Record<string, string>>> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({}) },
  {
    weight: 4,
    arbitrary: fc
      .array(fc.constantFrom(...groups).chain(entriesOf), { minLength: 1, maxLength: 3 })
      .map((drawn) => Object.fromEntries(drawn.flat())),
  },
);

/** Annotations of an Ingress that is a canary of another. */
export const canaryAnnotations: fc.Arbitrary<Readonly<Record<string, string>>> = entriesOf(canary).map((drawn) =>
  Object.fromEntries([[`${PREFIX}canary`, 'true'], ...drawn]),
);
