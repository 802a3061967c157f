import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readProxyHeader, writeProxyHeader } from './proxy-header.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';

const four = { sourceAddress: '192.0.2.7', sourcePort: 4711, destinationAddress: '198.51.100.9', destinationPort: 9000 };
const six = { sourceAddress: '2001:db8::7', sourcePort: 1, destinationAddress: '2001:db8::9', destinationPort: 65535 };

test.each([four, six])('a line is read as it is written: %o', (addresses) => {
  const line = writeProxyHeader(addresses);
  expect(readProxyHeader(bytes(`${line}GET / HTTP/1.1`))).toEqual({ kind: 'header', length: line.length, addresses });
});

test('addresses of two families are not told', () => {
  expect(writeProxyHeader({ ...four, destinationAddress: '::1' })).toBe('PROXY UNKNOWN\r\n');
  expect(readProxyHeader(bytes('PROXY UNKNOWN whatever\r\nx'))).toEqual({ kind: 'header', length: 24, addresses: undefined });
});

const binary = (command: number, family: number, payload: Buffer): Buffer =>
  Buffer.concat([bytes(SIGNATURE), Buffer.from([command, family, payload.length >> 8, payload.length & 255]), payload]);

test('version 2, with and without addresses, and with what follows them', () => {
  const payload = Buffer.from('c0000207c633640912672328', 'hex');
  expect(readProxyHeader(binary(0x21, 0x11, payload))).toEqual({ kind: 'header', length: 28, addresses: four });
  const more = Buffer.concat([payload, Buffer.from([4, 0, 1, 0])]);
  expect(readProxyHeader(Buffer.concat([binary(0x21, 0x11, more), bytes('x')]))).toEqual({ kind: 'header', length: 32, addresses: four });
  expect(readProxyHeader(binary(0x20, 0, Buffer.alloc(0)))).toEqual({ kind: 'header', length: 16, addresses: undefined });
  const wide = Buffer.from('20010db800000000000000000000000720010db80000000000000000000000090001ffff', 'hex');
  expect(readProxyHeader(binary(0x21, 0x21, wide))).toEqual({ kind: 'header', length: 52, addresses: six });
});

test.each([
  'GET / HTTP/1.1\r\n',
  'PROXY TCP4 192.0.2.7 198.51.100.9 4711\r\n',
  'PROXY TCP4 192.0.2.7 198.51.100.9 4711 70000\r\n',
  'PROXY TCP4 192.0.2.7 198.51.100.9 4711 9000 1\r\n',
  'PROXY TCP4 ::1 ::2 1 2\r\n',
  'PROXY TCP6 192.0.2.7 198.51.100.9 4711 9000\r\n',
  `PROXY TCP4 ${'1'.repeat(200)}`,
  `${SIGNATURE}\x31\x11\0\x0c`,
  `${SIGNATURE}\x21\x11\xff\xff`,
  `${SIGNATURE}\x21\x11\0\x01a`,
])('%j is no header', (text) => {
  expect(readProxyHeader(bytes(text))).toEqual({ kind: 'invalid' });
});

test('every beginning of a header asks for more, and no bytes at all throw', () => {
  const whole = [bytes(writeProxyHeader(four)), binary(0x21, 0x11, Buffer.from('c0000207c633640912672328', 'hex'))];
  for (const header of whole)
    for (let length = 0; length < header.length; length++) expect(readProxyHeader(header.subarray(0, length))).toEqual({ kind: 'more' });
  fc.assert(
    fc.property(fc.uint8Array(), fc.boolean(), (tail, isBinary) => {
      readProxyHeader(Buffer.concat([bytes(isBinary ? SIGNATURE : 'PROXY '), tail]));
    }),
  );
});
