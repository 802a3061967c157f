import { describe, expect, test } from 'vitest';
import { evaluate } from '../../evaluate/evaluate.ts';
import { compileRoutes } from '../../evaluate/compile.ts';
import type { RoutedRequest } from '../../evaluate/request.ts';
import { routedRequest } from '../../testing/routed-request.ts';
import { annotatedIngress, servedIngresses } from '../../testing/served-ingresses.ts';

/** The answer to a request of an Ingress with these annotations; both evaluators give it. */
function serve(annotations: Record<string, string>, spec: object = {}) {
  const served = servedIngresses(annotatedIngress('x', annotations, spec));
  const { model } = served.build();
  const ask = (target = '/', { headers = {}, ...request }: Partial<RoutedRequest> & { headers?: Record<string, string> } = {}) => {
    const asked = routedRequest({ host: 'x.test', target, header: (name) => headers[name], ...request });
    const { verdict } = evaluate(model, asked);
    expect(compileRoutes(model).decide(asked)).toEqual(verdict);
    const edits = (kind: 'responseEdits' | 'requestEdits') =>
      (
        (kind in verdict ? (verdict as Record<typeof kind, readonly { op: string; name: string; value: string }[]>)[kind] : undefined) ?? []
      ).map(({ op, name, value }) => `${op} ${name}: ${value}`);
    const what = verdict.kind === 'forward' ? (verdict.rewritten?.target ?? 'forward') : String(verdict.status);
    return {
      what: verdict.kind === 'redirect' ? `${what} ${verdict.location}` : what,
      text: verdict.kind === 'respond' ? verdict.text : undefined,
      response: edits('responseEdits'),
      request: edits('requestEdits'),
      verdict,
    };
  };
  return { ask, findings: served.findings };
}

const configuration = (text: string) => serve({ 'configuration-snippet': text });
const server = (text: string) => serve({ 'server-snippet': text });

describe('headers of answers', () => {
  test.each([
    ['more_set_headers "X-Snippet: yes";', ['set X-Snippet: yes']],
    ['more_set_headers "X-A: a" "X-B:b";', ['set X-A: a', 'set X-B: b']],
    ['more_set_headers "X-A:";', ['remove X-A: ']],
    ['more_clear_headers X-A "X-Hidden-*";', ['remove X-A: ', 'remove X-Hidden-*: ']],
    ['add_header X-A "$host $request_method" always;', ['add X-A: x.test GET']],
    ['add_header X-A $http_absent;', []],
    ['add_header X-Id $req_id;', ['add X-Id: 0123456789abcdef0123456789abcdef']],
    ['add_header X-A ü;', ['add X-A: Ã¼']],
    ['more_set_headers "X-A: a"; proxy_hide_header X-Powered-By;', ['remove X-Powered-By: ', 'set X-A: a']],
  ])('%s', (text, expected) => {
    const { ask, findings } = configuration(text);
    expect(ask().response).toEqual(expected);
    expect(findings()).toEqual([]);
  });

  test('hold for the statuses of nginx', () => {
    expect(configuration('add_header X-A a;').ask().verdict.responseEdits?.[0]?.statuses).toEqual([
      200, 201, 204, 206, 301, 302, 303, 304, 307, 308,
    ]);
    expect(configuration('more_set_headers -s "404 500" "X-A: a";').ask().verdict.responseEdits?.[0]?.statuses).toEqual([404, 500]);
    expect(configuration('more_clear_headers -s 404 X-A;').ask().verdict.responseEdits).toEqual([
      { op: 'remove', name: 'X-A', value: '', statuses: [404] },
    ]);
  });

  test('are on redirects of the route as well', () => {
    const { ask } = serve({ 'permanent-redirect': 'https://o.test', 'configuration-snippet': 'add_header X-A a;' });
    expect(ask()).toMatchObject({ what: '301 https://o.test', response: ['add X-A: a'] });
  });

  test('are on its own answers, which come before the redirect of the route', () => {
    const { ask } = serve({ 'permanent-redirect': 'https://o.test', 'configuration-snippet': 'if ($host) { return 403; }' });
    expect(ask()).toMatchObject({ what: '403' });
  });

  test('come after those of CORS', () => {
    const { ask } = serve({ 'enable-cors': 'true', 'configuration-snippet': 'more_set_headers "Access-Control-Allow-Origin: me";' });
    expect(ask().response.at(-1)).toBe('set Access-Control-Allow-Origin: me');
  });
});

describe('headers of requests', () => {
  test.each([
    ['proxy_set_header X-A "a $remote_addr";', ['set X-A: a 127.0.0.1']],
    ['proxy_set_header X-A "";', ['remove X-A: ']],
    ['proxy_set_header X-A $http_absent;', ['remove X-A: ']],
    ['proxy_set_header Host inner.test;', ['set Host: inner.test']],
    ['more_set_input_headers "X-A: $1"; more_clear_input_headers X-B;', ['remove X-B: ', 'remove X-A: ']],
    ['proxy_set_header X-S "$namespace $service_name $service_port $ingress_name";', ['set X-S: default a 80 x']],
    ['proxy_set_header X-F $proxy_add_x_forwarded_for;', ['set X-F: 127.0.0.1']],
  ])('%s', (text, expected) => {
    expect(configuration(text).ask().request).toEqual(expected);
  });

  test('protocols are switched without them', () => {
    const { ask, findings } = configuration(
      'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; proxy_http_version 1.1;',
    );
    expect(ask().request).toEqual([]);
    expect(findings().map((finding) => finding.slice(0, 7))).toEqual(['SLU1509', 'SLU1509', 'SLU1509']);
  });
});

describe('return', () => {
  test.each([
    ['return 418 "short and stout";', '418', 'short and stout'],
    ['return 403;', '403', undefined],
    ['return 200;', '200', undefined],
    ['return 200 $request_uri;', '200', '/p?q'],
    ['return 444;', '444', undefined],
    ['return 301 https://o.test$request_uri;', '301 https://o.test/p?q', undefined],
    ['return 302 /new;', '302 http://x.test/new', undefined],
    ['return https://o.test/;', '302 https://o.test/', undefined],
    ['return $scheme://o.test/;', '302 http://o.test/', undefined],
  ])('%s', (text, what, body) => {
    expect(configuration(text).ask('/p?q')).toMatchObject({ what, text: body });
  });

  test('comes before the redirect to HTTPS and after a preflight', () => {
    const { ask } = serve({ 'configuration-snippet': 'return 403;', 'force-ssl-redirect': 'true', 'enable-cors': 'true' });
    expect(ask().what).toBe('403');
    expect(ask('/', { method: 'OPTIONS' }).what).toBe('204');
  });
});

describe('rewrite', () => {
  test.each([
    ['rewrite ^/p/(.*)$ /new/$1 break;', '/new/x?q'],
    ['rewrite ^/p/(.*)$ /new/$1? break;', '/new/x'],
    ['rewrite ^/p/(.*)$ /new?a=$1 break;', '/new?a=x&q'],
    ['rewrite ^/other$ /new break;', 'forward'],
    ['rewrite ^/P/ /new break;', 'forward'],
    ['rewrite (?i)^/P/ /new break;', '/new?q'],
    ['rewrite ^/p/(.*)$ /new/$1 permanent;', '301 http://x.test/new/x?q'],
    ['rewrite ^/p/(.*)$ /new/$1 redirect;', '302 http://x.test/new/x?q'],
    ['rewrite ^/p/ https://o.test/;', '302 https://o.test/?q'],
    ['rewrite ^/p/ /one break; rewrite ^ /two break;', '/one?q'],
    ['rewrite ^/p/ /one; rewrite ^/one /two break;', '/two?q'],
    ['break; rewrite ^ /two break;', 'forward'],
    ['break; return 403;', 'forward'],
    ['rewrite ^ "/ü x%20" break;', '/%C3%BC%20x%2520?q'],
  ])('%s', (text, expected) => {
    expect(configuration(text).ask('/p/x?q').what).toBe(expected);
  });

  test.each([
    ['rewrite ^/p(.*)$ /r$1 redirect;', '/p/a%20b%2525?q', '302 http://x.test/r/a%20b%2525?q'],
    ['rewrite ^/p(.*)$ /r$1 redirect;', '/p/a&b?', '302 http://x.test/r/a&b'],
    ['rewrite ^/p/(.*)$ /r?a=$1 break;', '/p/a%20%26b', '/r?a=a%20%26b'],
    ['rewrite ^/p/(.*)$ /r/$1 break;', '/p/a%20%26b?', '/r/a%20&b'],
  ])('%s for %s escapes as nginx', (text, target, expected) => {
    expect(configuration(text).ask(target).what).toBe(expected);
  });

  test('comes before rewrite-target, which it may stop', () => {
    const target = { 'rewrite-target': '/t/$1' };
    const paths = (path: string) => ({
      rules: [
        {
          host: 'x.test',
          http: { paths: [{ path, pathType: 'ImplementationSpecific', backend: { service: { name: 'a', port: { number: 80 } } } }] },
        },
      ],
    });
    const of = (text: string) => serve({ ...target, 'configuration-snippet': text }, paths('/(.*)')).ask('/p').what;
    expect(of('rewrite ^/p /q;')).toBe('/t/q');
    expect(of('rewrite ^/p /q break;')).toBe('/q');
  });
});

describe('if', () => {
  test.each<[string, Parameters<ReturnType<typeof serve>['ask']>[1], string]>([
    ['($http_x_a)', { headers: { 'x-a': '1' } }, '403'],
    ['($http_x_a)', { headers: { 'x-a': '0' } }, 'forward'],
    ['($http_x_a)', {}, 'forward'],
    ['($http_x_a = "b c")', { headers: { 'x-a': 'b c' } }, '403'],
    ['($http_x_a = "")', {}, '403'],
    ['($http_x_a != b)', {}, '403'],
    ['($http_x_a ~ ^b(c|d)$)', { headers: { 'x-a': 'bd' } }, '403'],
    ['($http_x_a ~ B)', { headers: { 'x-a': 'b' } }, 'forward'],
    ['($http_x_a ~* "B")', { headers: { 'x-a': 'b' } }, '403'],
    ['($http_x_a !~* B)', { headers: { 'x-a': 'b' } }, 'forward'],
    ['( $request_method = POST )', { method: 'POST' }, '403'],
    ['($host = x.test)', {}, '403'],
  ])('%s with %o', (condition, request, expected) => {
    expect(configuration(`if ${condition} { return 403; }`).ask('/', request).what).toBe(expected);
  });

  test('headers and groups of a condition hold in its block only', () => {
    const { ask } = configuration('if ($http_x_a ~ ^(.)(.)$) { more_set_headers "X-B: $2$1"; } more_set_headers "X-C: c";');
    expect(ask('/', { headers: { 'x-a': 'ab' } }).response).toEqual(['set X-C: c', 'set X-B: ba']);
    expect(ask().response).toEqual(['set X-C: c']);
  });
});

describe('what is not understood', () => {
  test.each([
    ['limit_req zone=a burst=5;', 'SLU1508: limit_req: nothing defines the zone "a" by client address; use the annotation limit-rps'],
    ['alias /etc/;', 'SLU1508: alias: the directive is not supported'],
    ['constructor;', 'SLU1508: constructor: the directive is not supported'],
    ['add_header X-A $nonsense;', 'SLU1508: add_header: the variable $nonsense is not known'],
    ['add_header "X A" a;', 'SLU1508: add_header: "X A" is no header name'],
    ['add_header Content-Length 5;', 'SLU1508: add_header: the header Content-Length belongs to the connection'],
    ['more_set_headers -t text/html "X-A: a";', 'SLU1508: more_set_headers: the option -t is not supported'],
    [
      'if (-f /etc/passwd) { return 200; }',
      'SLU1508: if: only tests of a variable are supported: ($a), =, !=, ~, ~*, !~ and !~*; the whole block is left out',
    ],
    ['if ($a) { if ($b) { return 200; } }', 'SLU1508: if: the variable $a is not known; the whole block is left out'],
    ['rewrite ( /x;', /^SLU1508: rewrite: the pattern "\(" is not supported/],
    ['return 999;', 'SLU1508: return: the status 999 cannot be answered'],
    ['location /x { return 200; }', 'SLU1508: location: blocks of this kind are not supported'],
    ['a', 'SLU1508: it cannot be read: a ; is missing after "a"'],
  ])('%s', (text, expected) => {
    const { ask, findings } = configuration(`${text}\nadd_header X-Rest yes;`);
    expect(findings()).toEqual([
      expected instanceof RegExp ? expect.stringMatching(expected) : text === 'a' ? expect.any(String) : expected,
    ]);
    if (text !== 'a') expect(ask().response).toEqual(['add X-Rest: yes']);
  });

  test('a restriction in a text that cannot be read closes the paths', () => {
    const { ask, findings } = configuration('deny 10.0.0.1; a');
    expect(ask().what).toBe('503');
    expect(findings()).toEqual([
      expect.stringMatching(/^SLU1506: it cannot be read: .*it restricts access \(deny\); its paths answer 503$/),
    ]);
  });

  test('a restriction closes the paths instead of opening them', () => {
    const { ask, findings } = configuration('deny all;');
    expect(ask().what).toBe('503');
    expect(findings()).toEqual([
      'SLU1506: deny: it restricts access and is not supported; write it with annotations; its paths answer 503',
    ]);
  });

  test('auth-snippet and stream-snippet are refused by name', () => {
    expect(serve({ 'auth-snippet': 'a;', 'stream-snippet': 'b;' }).findings()).toEqual([
      'SLU1508: auth-snippet has no effect here; use annotations',
      'SLU1508: stream-snippet has no effect here; use annotations',
    ]);
  });
});

describe('server-snippet', () => {
  test('has locations that answer by themselves', () => {
    const { ask, findings } = server(
      'location = /teapot { return 418 "short and stout"; } location /down { add_header X-A a always; return 503; } location ^~ /none { deny all; }',
    );
    expect(ask('/teapot')).toMatchObject({ what: '418', text: 'short and stout' });
    expect(ask('/teapot/').what).toBe('forward');
    expect(ask('/down/x')).toMatchObject({ what: '503', response: ['add X-A: a'] });
    expect(ask('/none/x').what).toBe('403');
    expect(findings()).toEqual([]);
  });

  test('answers before a route is looked for, with its headers', () => {
    const { ask } = server('more_set_headers "X-A: a"; if ($http_user_agent ~* bot) { return 403; } rewrite ^/old /new permanent;');
    expect(ask('/')).toMatchObject({ what: 'forward', response: ['set X-A: a'] });
    expect(ask('/', { headers: { 'user-agent': 'aBot' } })).toMatchObject({ what: '403', response: ['set X-A: a'] });
    expect(ask('/old').what).toBe('301 http://x.test/new');
  });

  test('has expressions for paths, after equal paths and before prefixes', () => {
    const { ask, findings } = server(
      'location ~ ^/(?:config|data)/ { deny all; } location ~* \\.php$ { return 410; } location = /data/open { return 200; }',
    );
    expect(ask('/config/x').what).toBe('403');
    expect(ask('/CONFIG/x').what).toBe('forward');
    expect(ask('/a/config/x').what).toBe('forward');
    expect(ask('/%64ata/a%0Ab').what).toBe('403');
    expect(ask('/data/open').what).toBe('200');
    expect(ask('/a/X.PHP').what).toBe('410');
    expect(ask('/a%0Ab/x.php').what).toBe('410');
    expect(ask('/x.php/y').what).toBe('forward');
    expect(findings()).toEqual([]);
  });

  test.each([['location ~ ( { deny all; }'], ['location @name { deny all; }'], ['location /x { access_by_lua_block { local a = 1 } }']])(
    'closes the host when a restriction cannot be read: %s',
    (text) => {
      const { ask, findings } = server(text);
      expect(ask('/').what).toBe('503');
      expect(findings()).toEqual([expect.stringMatching(/^SLU1506: /)]);
    },
  );

  test('leaves out what it cannot do', () => {
    expect(server('location ~ (a { return 403; } rewrite ^/a /b last; location / { return 200; } listen 80;').findings()).toEqual([
      'SLU1508: rewrite: in the server only redirects are supported; write it into a configuration-snippet',
      'SLU1508: listen: the directive is not supported',
      expect.stringMatching(/^SLU1508: location ~ \(a: the pattern is not supported: /),
      'SLU1508: location /: a path of an Ingress is the same; it is left out',
    ]);
  });

  test('the oldest Ingress of the host decides', () => {
    const other = annotatedIngress('y', { 'server-snippet': 'return 403;' }, { rules: [{ host: 'x.test', http: { paths: [] } }] });
    const served = servedIngresses(annotatedIngress('x', { 'server-snippet': 'return 402;' }), other);
    expect(served.ask({ url: 'http://x.test/' })?.status).toBe(402);
    expect(served.findings()).toEqual(['SLU1507: Ingress default/x is older and decides this for the host']);
  });
});
