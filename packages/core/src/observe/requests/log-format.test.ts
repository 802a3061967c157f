import { describe, expect, test } from 'vitest';
import { compileLogFormat, parseLogFormat, standardLogFormat } from './log-format.ts';
import type { LogEscape, LogLine } from './log-format.ts';
import { basicUser } from './log-variables.ts';
import type { RequestRecord, UpstreamTry } from './request-record.ts';

const answered: UpstreamTry = {
  address: '10.0.0.1:80',
  status: 200,
  bodyBytes: 12,
  connectMs: 0,
  headerMs: 3.9,
  responseMs: 1004.2,
  another: false,
};

function record(given: Partial<RequestRecord> = {}, headers: Readonly<Record<string, string>> = {}): RequestRecord {
  return {
    endMs: Date.UTC(2026, 10, 30, 23, 59, 58, 123),
    clientAddress: '192.0.2.1',
    clientPort: 4711,
    serverPort: 80,
    secure: false,
    method: 'GET',
    target: '/a/%62?x=1&y=2',
    protocol: 'HTTP/1.1',
    authority: 'Shop.Test:8080',
    status: 200,
    requestBytes: 80,
    sentBytes: 212,
    bodyBytes: 12,
    durationMs: 1005.9,
    connectMs: 0,
    headerMs: 3.9,
    responseMs: 1004.2,
    requestId: 'id',
    host: 'shop.test',
    labels: { namespace: 'shop', ingress: 'web', service: 'app', port: 'http', path: '/a' },
    canary: '',
    tries: [answered],
    remoteUser: undefined,
    header: (name) => headers[name],
    ...given,
  };
}

function lineOf(line: LogLine, one: RequestRecord): string {
  const pieces: string[] = [];
  line.write(one, (piece) => void pieces.push(piece));
  return pieces.join('');
}

const write = (format: string, one: RequestRecord, escape: LogEscape = 'default'): string =>
  lineOf(compileLogFormat(parseLogFormat(format, escape).format), one).slice(0, -1);

test('what is not ASCII in a format or in a path of an Ingress is written as UTF-8', () => {
  const labels = { namespace: 'shop', ingress: 'web', service: 'app', port: '80', path: '/\u010a' };
  const line = write('é→ $location_path', record({ labels }), 'none');
  expect(Buffer.from(line, 'latin1').toString('utf8')).toBe('é→ /\u010a');
});

describe('the format of ingress-nginx', () => {
  const line = compileLogFormat(standardLogFormat);
  const standard = (one: RequestRecord): string => lineOf(line, one);

  test('of a request that was forwarded', () => {
    const one = record({}, { 'user-agent': 'curl/8', referer: 'http://x/' });
    const local = write('$time_local', one);
    expect(local).toMatch(/^\d\d\/\w{3}\/2026:\d\d:\d\d:58 [+-]\d{4}$/);
    expect(standard(one)).toBe(
      `192.0.2.1 - - [${local}] "GET /a/%62?x=1&y=2 HTTP/1.1" 200 12 "http://x/" "curl/8" 80 1.005 [shop-app-http] [] 10.0.0.1:80 12 1.004 200 id\n`,
    );
    expect(line.headers).toEqual(['referer', 'user-agent']);
  });

  test('of one that nobody was asked for', () => {
    const one = record({ status: 404, tries: [], labels: undefined, host: '*', durationMs: 0 });
    expect(standard(one).replace(/\[\d[^\]]*\]/, '[T]')).toBe(
      '192.0.2.1 - - [T] "GET /a/%62?x=1&y=2 HTTP/1.1" 404 12 "-" "-" 80 0.000 [upstream-default-backend] [] - - - - id\n',
    );
  });

  test('of one that was refused before anything was known of it', () => {
    const one = record({ status: 400, method: '', target: '', protocol: '', host: '', labels: undefined, tries: [], requestId: '' });
    expect(standard(one)).toContain('] "" 400 12 "-" "-" 80 1.005 [] [] - - - - \n');
  });
});

test('several tries are joined: by commas, and by colons where another upstream was asked', () => {
  const tries: UpstreamTry[] = [
    { ...answered, status: 502, bodyBytes: 0, connectMs: -1, headerMs: -1, responseMs: 1 },
    { ...answered, address: '10.0.0.2:80', status: 500 },
    { ...answered, address: '10.0.0.3:80', status: 0, responseMs: -1, another: true },
  ];
  expect(write('$upstream_addr|$upstream_status|$upstream_response_time|$upstream_connect_time', record({ tries }))).toBe(
    '10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80|502, 500 : -|0.001, 1.004 : -|-, 0.000 : 0.000',
  );
});

test('the user is that of basic authentication', () => {
  expect(basicUser(`Basic ${Buffer.from('jo:secret').toString('base64')}`)).toBe('jo');
  expect(basicUser('Bearer x')).toBeUndefined();
  expect(write('$remote_user', record({ remoteUser: 'jo' }))).toBe('jo');
  expect(compileLogFormat(standardLogFormat).user).toBe(true);
});

test('other variables', () => {
  const one = record({ canary: 'shop-new-80', secure: true }, { cookie: 'a=1; b=2', 'x-y': 'z' });
  expect(write('$host $uri $args${is_args} $arg_y $cookie_b $http_x_y $scheme $https $server_name $msec', one)).toBe(
    'shop.test /a/b x=1&y=2? 2 2 z https on shop.test 1796083198.123',
  );
  expect(write('$namespace/$ingress_name/$service_name/$service_port$location_path $proxy_alternative_upstream_name', one)).toBe(
    'shop/web/app/http/a shop-new-80',
  );
});

describe('escaping', () => {
  const hostile = record({}, { 'x-h': 'a"b\\c\n\x01\x7f\xe4' });

  test.each([
    ['default', String.raw`a\x22b\x5Cc\x0A\x01\x7F\xE4 -`],
    ['json', `a\\"b\\\\c\\n\\u0001\x7f\xe4 `],
    ['none', 'a"b\\c\n\x01\x7f\xe4 '],
  ] as const)('%s', (escape, line) => {
    expect(write('$http_x_h $http_missing', hostile, escape)).toBe(line);
  });
});

test('variables that nothing is known of are told, and are written as missing', () => {
  expect(parseLogFormat('$geoip_city $status ${nope}', 'default').unknown).toEqual(['geoip_city', 'nope']);
  expect(write('$geoip_city', record())).toBe('-');
});
