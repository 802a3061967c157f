import { addressRanges, hasAddress, normalizePath } from '@sluice/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { escapeWord } from '../translate/record.ts';
import { isInstalled } from './installed.ts';
import { LuaProbe } from './lua-probe.ts';

describe.skipIf(!isInstalled)('Lua in haproxy', () => {
  const probe = new LuaProbe();
  beforeAll(() => probe.start());
  afterAll(() => probe.stop());

  const piece = fc.constantFrom('/', '/', 'a', 'b', '.', '..', '%', '%2f', '%2E', '%00', '%41', '%zz', '%25', '\xe9', '+', ' ', '?');
  const path = fc.array(piece, { maxLength: 10 }).map((pieces) => `/${pieces.join('')}`);

  test('normalises paths as the evaluator does', async () => {
    await fc.assert(
      fc.asyncProperty(path, async (text) => {
        expect(await probe.call('normalize', text)).toBe(normalizePath(text));
      }),
      { numRuns: 500 },
    );
    expect(await probe.call('normalize', 'x')).toBeUndefined();
  });

  const ipv4 = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 }).map((bytes) => bytes.join('.'));
  const block4 = fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(([address, bits]) => `${address}/${bits}`);
  const ipv6 = fc.constantFrom('::1', '2001:db8::1', 'fe80::1:2', '::ffff:10.0.0.1', '::ffff:0a00:0002', '1:2:3:4:5:6:7:8', '::');
  const block6 = fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })).map(([address, bits]) => `${address}/${bits}`);

  test('finds addresses in sets as the evaluator does', async () => {
    const list = fc.array(fc.oneof(ipv4, block4, ipv6, block6), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(list, fc.oneof(ipv4, ipv6), async (blocks, address) => {
        const ranges = Object.entries(addressRanges(blocks)).flatMap(([kind, pairs]) =>
          pairs.map(([first, last]) => `${kind} ${first} ${last}`),
        );
        expect(await probe.call('has', ranges.join(','), address)).toBe(String(hasAddress(blocks, address)));
      }),
      { numRuns: 500 },
    );
  });

  test('escapes words as the translation does, and takes them back', async () => {
    const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(bytes, async (text) => {
        expect(await probe.call('escape_word', text)).toBe(escapeWord(text));
        expect(await probe.call('unescape_word', escapeWord(text))).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['/api/x/y', '^/api(/|$)(.*)', ['/api/x/y', '/', 'x/y']],
    ['/API/x', '(?i)^/api/(\\w+)', ['/API/x', 'x']],
    ['before /a after', '/(a)', ['/a', 'a']],
    ['\x01\x02 \\1 %s', '(\\\\1)', ['\\1', '\\1']],
    ['', '^$', ['']],
  ])('groups of %j by %s', async (text, pattern, groups) => {
    const found = await probe.call('match', text, pattern);
    expect(found?.split('\0').slice(0, groups.length)).toEqual(groups);
  });

  test('what is not found has no groups', async () => {
    expect(await probe.call('match', '/x', '^/y')).toBeUndefined();
  });

  // By `openssl passwd`.
  test.each([
    ['password', '$apr1$', 'abcdefgh', '$apr1$abcdefgh$FBwExRW4dCc8aL.OvjpIE1'],
    ['geheim', '$1$', 'xy', '$1$xy$98L.CYP3AShiwfNb4FHGa1'],
    ['a long password of more than sixteen bytes', '$apr1$', 'q', '$apr1$q$FH02ZemZBD7DXt3K5v8sz.'],
  ])('hashes %j as everybody does', async (password, magic, salt, hash) => {
    expect(await probe.call('md5_crypt', password, magic, salt)).toBe(hash);
  });
});
