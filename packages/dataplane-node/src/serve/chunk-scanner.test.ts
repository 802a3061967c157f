import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BROKEN, ChunkScanner } from './chunk-scanner.ts';
import type { PassedParts } from './chunk-scanner.ts';

interface Outcome {
  /** Bytes that belong to the body, -1 for a broken one. */
  readonly length: number;
  readonly done: boolean;
  readonly data: string;
}

function scan(pieces: readonly Buffer[], parts: PassedParts): Outcome {
  const scanner = new ChunkScanner();
  scanner.start(parts);
  let length = 0;
  let data = '';
  for (const piece of pieces) {
    if (scanner.done) break;
    const bytes = Buffer.from(piece);
    const next = scanner.scan(bytes, 0, bytes.length);
    if (next === BROKEN) return { length: -1, done: false, data: '' };
    length += next;
    if (parts !== 'all') data += bytes.toString('latin1', 0, scanner.dataEnd);
  }
  return { length, done: scanner.done, data };
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const chunk = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.constantFrom('', ';a=b', ' ', ';q="x"'), fc.boolean());
const body = fc.tuple(fc.array(chunk, { maxLength: 5 }), fc.constantFrom('', 'T: 1\r\n', 'T: 1\r\nU:\r\n')).map(([chunks, trailer]) => {
  const encoded = chunks.map(([bytes, extension, upper]) => {
    const size = bytes.length.toString(16);
    return `${upper ? size.toUpperCase() : size}${extension}\r\n${Buffer.from(bytes).toString('latin1')}\r\n`;
  });
  return {
    text: `${encoded.join('')}0\r\n${trailer}\r\n`,
    untrailed: `${encoded.join('')}0\r\n\r\n`,
    data: chunks.map(([bytes]) => Buffer.from(bytes).toString('latin1')).join(''),
  };
});

test('a body split at any byte is the same body', () => {
  fc.assert(
    fc.property(body, fc.constantFrom('all', 'no-trailers', 'data'), ({ text, untrailed, data }, parts) => {
      const bytes = latin1(`${text}NEXT`);
      const expected = { length: text.length, done: true, data: { all: '', 'no-trailers': untrailed, data }[parts] };
      expect(scan([bytes], parts)).toEqual(expected);
      for (let cut = 1; cut < bytes.length; cut++) expect(scan([bytes.subarray(0, cut), bytes.subarray(cut)], parts)).toEqual(expected);
      expect(
        scan(
          Array.from(bytes, (byte) => Buffer.of(byte)),
          parts,
        ),
      ).toEqual(expected);
    }),
    { numRuns: 90 },
  );
});

const broken = [
  'x\r\n',
  '\r\n',
  ';a\r\n',
  '5\n',
  '3\r\nabcd\r\n',
  '3\r\nabc\n',
  '-1\r\n',
  '0x3\r\n',
  '3 3\r\n',
  '3;a\0\r\n',
  'ffffffffffffffff\r\n',
  '0\r\n x: y\r\n\r\n',
  '0\r\nx\r\n\r\n',
  '0\r\nx: y\n\r\n',
  '0\r\n\r0',
  `0\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
  `${'0'.repeat(20_000)}\r\n`,
];

test.each(broken)('refuses %j', (text) => {
  expect(scan([latin1(text)], 'all').length).toBe(-1);
  expect(
    scan(
      Array.from(latin1(text), (byte) => Buffer.of(byte)),
      'no-trailers',
    ).length,
  ).toBe(-1);
});
