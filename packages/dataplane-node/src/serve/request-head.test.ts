import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeldBytes } from './held-bytes.ts';
import { RequestHead } from './request-head.ts';

const head = new RequestHead();

/** Everything that the scan found out, in comparable form. */
function scanned(bytes: Buffer, start: number, end: number): unknown {
  const after = head.scan(bytes, start, end);
  if (after < 0) return after;
  const lines = Array.from(
    { length: head.fields.count },
    (_, line) =>
      `${bytes.toString('latin1', head.fields.nameStart[line], head.fields.nameEnd[line])}=${head.fields.text(bytes, line)}${head.fields.dropped(line) ? '-' : ''}`,
  );
  const { contentLength, chunked } = head.framing;
  return {
    length: after - start,
    method: head.method(bytes),
    host: head.routingHost,
    target: head.target,
    persistent: head.persistent,
    upgrade: head.upgrade,
    expects: head.expectContinue,
    contentLength,
    chunked,
    lines,
  };
}

const whole = (text: string): unknown => {
  const bytes = Buffer.from(text, 'latin1');
  return scanned(bytes, 0, bytes.length);
};

/** Feeds the parts as a client connection does: what came before is held, and scanned again with each part. */
function inParts(parts: readonly Buffer[]): unknown {
  const held = new HeldBytes();
  for (const part of parts) {
    held.append(part, 0, part.length);
    const result = scanned(held.buffer, held.start, held.end);
    if (result !== -1) return result;
  }
  return -1;
}

const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^`|~-]{1,12}$/);
const value = fc.stringMatching(/^[\x21-\x7e\xa0-\xff]([\x20-\x7e\t]{0,20}[\x21-\x7e])?$/);
const request = fc.tuple(
  token,
  fc.stringMatching(/^\/[\x21-\x7e]{0,20}$/),
  fc.constantFrom('0', '1'),
  fc.array(
    fc.tuple(
      fc.oneof(token, fc.constantFrom('Connection', 'X-Forwarded-For', 'Content-Length', 'Transfer-Encoding', 'Expect', 'Upgrade', 'X_Y')),
      fc.oneof(value, fc.constantFrom('close', 'chunked', '12', 'upgrade', 'keep-alive, X-Hop')),
    ),
    { maxLength: 8 },
  ),
);
const requestText = request.map(
  ([method, target, minor, fields]) =>
    `${method} ${target} HTTP/1.${minor}\r\nHost: a.test\r\n${fields.map(([name, text]) => `${name}: ${text}\r\n`).join('')}\r\n`,
);

test('a head split at any byte means the same as in one piece', () => {
  fc.assert(
    fc.property(requestText, (text) => {
      const bytes = Buffer.from(text, 'latin1');
      const expected = whole(text);
      for (let cut = 1; cut < bytes.length; cut++) expect(inParts([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(expected);
      expect(inParts(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test('a damaged head split at any byte is refused, or taken, as in one piece', () => {
  fc.assert(
    fc.property(requestText, fc.nat(), fc.constantFrom('\0', '\r', '\n', ' ', ':', '\t', 'é', ''), (text, position, damage) => {
      const at = position % text.length;
      const damaged = `${text.slice(0, at)}${damage}${text.slice(at + 1)}\r\n`;
      const expected = whole(damaged);
      const bytes = Buffer.from(damaged, 'latin1');
      for (let cut = 1; cut < bytes.length; cut++) expect(inParts([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

const accepted: readonly (readonly [string, string, object])[] = [
  ['absolute form: the URL routes', 'GET http://U.test:81/x?y HTTP/1.1\r\nHost: h.test\r\n\r\n', { host: 'U.test:81', target: '/x?y' }],
  ['absolute form without a path', 'GET https://u.test?y HTTP/1.1\r\nHost: h.test\r\n\r\n', { host: 'u.test', target: '/?y' }],
  ['HTTP/1.0 without Host', 'GET / HTTP/1.0\r\n\r\n', { host: '', persistent: false }],
  ['HTTP/1.0 keep-alive', 'GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n', { persistent: true }],
  ['close in a list', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: x , CLOSE\r\n\r\n', { persistent: false }],
  ['blanks around a value', 'GET / HTTP/1.1\r\nHost:\t a.test \t\r\n\r\n', { host: 'a.test', lines: ['Host=a.test'] }],
  ['upgrade', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n', { upgrade: true }],
  ['an Upgrade header that Connection does not name', 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n', { upgrade: false }],
  ['h2c is never passed on', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n', { upgrade: false }],
  ['a higher minor version', 'GET / HTTP/1.7\r\nHost: a\r\n\r\n', { persistent: true }],
  [
    'bytes above 0x7f in target and value',
    'GET /\xe4 HTTP/1.1\r\nHost: a\r\nX: \xfc\r\n\r\n',
    { target: '/\xe4', lines: ['Host=a', 'X=\xfc'] },
  ],
  [
    'what is not for the upstream is dropped',
    'GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nProxy: p\r\nX_Y: 1\r\nTrailer: T\r\nProxy-Authorization: b\r\n\r\n',
    { lines: ['Host=a', 'TE=trailers-', 'Proxy=p-', 'X_Y=1-', 'Trailer=T', 'Proxy-Authorization=b'] },
  ],
  [
    'headers that Connection names pass on',
    'GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nConnection: x-a, X-B\r\nX-b: 2\r\n\r\n',
    { lines: ['Host=a', 'X-A=1', 'Connection=x-a, X-B-', 'X-b=2'] },
  ],
  [
    'Connection cannot strip what matters',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nCookie: c\r\nAuthorization: d\r\nConnection: host, content-length, cookie, authorization, x-forwarded-for\r\n\r\n',
    {
      contentLength: 2,
      lines: [
        'Host=a',
        'Content-Length=2',
        'Cookie=c',
        'Authorization=d',
        'Connection=host, content-length, cookie, authorization, x-forwarded-for-',
      ],
    },
  ],
];

test.each(accepted)('accepts: %s', (_name, text, expected) => {
  expect(whole(text)).toMatchObject(expected);
});

const refused: readonly (readonly [string, string, number])[] = [
  ['nonsense', 'NONSENSE\r\n\r\n', -400],
  ['HTTP/0.9', 'GET /\r\n', -400],
  ['no Host in HTTP/1.1', 'GET / HTTP/1.1\r\n\r\n', -400],
  ['empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', -400],
  ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n', -400],
  ['both lengths', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n', -400],
  ['both lengths, other order', 'GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n', -400],
  ['two Content-Lengths', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n', -400],
  ['a list of lengths', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n\r\n', -400],
  ['a signed length', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\n', -400],
  ['an empty length', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n', -400],
  ['a hexadecimal length', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\n', -400],
  ['an enormous length', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999\r\n\r\n', -400],
  ['another coding', 'GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n', -400],
  ['chunked twice', 'GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n', -400],
  ['chunked in HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n', -400],
  ['a folded line', 'GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n', -400],
  ['a blank before the colon', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 4\r\n\r\n', -400],
  ['a control character in a value', 'GET / HTTP/1.1\r\nHost: a\r\nX: 1\x002\r\n\r\n', -400],
  ['a bare LF', 'GET / HTTP/1.1\nHost: a\n\n', -400],
  ['a bare CR in a value', 'GET / HTTP/1.1\r\nHost: a\r\nX: 1\r2\r\n\r\n', -400],
  ['a target without a slash', 'GET x HTTP/1.1\r\nHost: a\r\n\r\n', -400],
  ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', -400],
  ['user information in the URL', 'GET http://u@a.test/ HTTP/1.1\r\nHost: a\r\n\r\n', -400],
  ['another scheme', 'GET ftp://a.test/ HTTP/1.1\r\nHost: a\r\n\r\n', -400],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', -505],
  ['a thousand headers and more', `GET / HTTP/1.1\r\nHost: a\r\n${'a: b\r\n'.repeat(1000)}\r\n`, -431],
];

test.each(refused)('refuses: %s', (_name, text, status) => {
  expect(whole(text)).toBe(status);
});

test('several lines of cookies are one; of other headers the first counts', () => {
  const bytes = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1\r\nX: 1\r\ncookie: b=2\r\nX: 2\r\n\r\n');
  head.scan(bytes, 0, bytes.length);
  expect(head.fields.valueOf(bytes, 'cookie')).toBe('a=1; b=2');
  expect(head.fields.valueOf(bytes, 'x')).toBe('1');
});
