import { expect, test } from 'vitest';
import { readAnswer, valuesOf } from './answer-reader.ts';

test('an answer is complete with its length, its last chunk or the end of the connection', () => {
  const counted = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc';
  expect(readAnswer(counted, false, false)).toStrictEqual({
    kind: 'complete',
    answer: { status: 200, reason: 'OK', headers: [['Content-Length', '3']], body: 'abc' },
  });
  expect(readAnswer(counted.slice(0, -1), false, true)).toStrictEqual({ kind: 'partial' });
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n';
  expect(readAnswer(chunked, false, false)).toMatchObject({ answer: { body: 'abc' } });
  expect(readAnswer(chunked.slice(0, -8), false, true)).toStrictEqual({ kind: 'partial' });
  const open = 'HTTP/1.0 200 OK\r\n\r\nabc';
  expect(readAnswer(open, false, false)).toStrictEqual({ kind: 'partial' });
  expect(readAnswer(open, false, true)).toMatchObject({ answer: { body: 'abc' } });
});

test('answers without a body, and interim ones', () => {
  expect(readAnswer('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n', true, false)).toMatchObject({ answer: { body: '' } });
  expect(readAnswer('HTTP/1.1 204 No Content\r\n\r\n', false, false)).toMatchObject({ answer: { status: 204 } });
  const both = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n';
  expect(readAnswer(both, false, false)).toMatchObject({ answer: { status: 404 } });
  expect(readAnswer('<html>', false, true)).toStrictEqual({ kind: 'partial' });
});

test('repeated headers keep their order, whatever the case of their names', () => {
  expect(
    valuesOf(
      [
        ['Set-Cookie', 'a'],
        ['X', 'x'],
        ['set-cookie', 'b'],
      ],
      'SET-COOKIE',
    ),
  ).toStrictEqual(['a', 'b']);
});
