import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { isInstalled } from '../testing/installed.ts';
import { PlainHaproxy, commandable } from '../testing/plain-haproxy.ts';
import { quoteWord } from './word.ts';

describe.skipIf(!isInstalled)('words as haproxy reads them', () => {
  let haproxy: PlainHaproxy | undefined;
  afterEach(async () => {
    await haproxy?.stop();
    haproxy = undefined;
  });

  test('are the texts that they were made of, whatever is in them', async () => {
    const bytes = fc.string({
      unit: fc
        .integer({ min: 0x20, max: 0xff })
        .filter((code) => code !== 0x7f)
        .map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 40,
    });
    const nasty = fc.string({
      unit: fc.constantFrom(`'`, `"`, '\\', '$', '{', '}', '#', ' ', ';', '%', '[', ']', ',', '(', ')', 'a'),
      minLength: 1,
      maxLength: 12,
    });
    const words = fc.sample(fc.oneof(bytes, nasty), { numRuns: 400, seed: 7 });
    haproxy = new PlainHaproxy();
    await haproxy.start(
      `${commandable}${words.map((word, index) => `  setenv WORD_${index} ${quoteWord(word)}\n`).join('')}frontend f\n  mode http\n  timeout client 1s\n  bind unix@unused.sock\n`,
    );
    const environment = await haproxy.command('show env');
    const found = new Map(
      environment.split('\n').map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    );
    expect(words.map((_, index) => found.get(`WORD_${index}`))).toEqual(words);
  });
});

test('a control character is in no word', () => {
  for (const char of ['\n', '\r', '\0', '\t', '\x7f']) expect(() => quoteWord(`a${char}b`)).toThrow(TypeError);
});
