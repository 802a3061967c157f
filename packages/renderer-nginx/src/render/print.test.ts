import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfiguration } from '../testing/parse-configuration.ts';
import type { ParsedDirective } from '../testing/parse-configuration.ts';
import { blaming, block, directive, literal, luaBlock, text, variable } from './directive.ts';
import type { Argument, Directive } from './directive.ts';
import { print } from './print.ts';
import { bytesOf, interpolated } from './quote.ts';

/** Texts that look like configuration, and any others. */
const poison = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc
    .array(
      fc.constantFrom(
        '"',
        "'",
        '\\',
        ';',
        '{',
        '}',
        '$',
        '${',
        '#',
        '\n',
        '\r',
        '\t',
        '\0',
        ' ',
        '\\n',
        '$host',
        '} server {',
        'lua',
        'a',
        '~',
      ),
      { maxLength: 8 },
    )
    .map((pieces) => pieces.join('')),
);
const name = fc.stringMatching(/^[a-z][a-z_]{0,8}$/).filter((text) => !text.endsWith('_by_lua_block'));
const argument: fc.Arbitrary<Argument> = fc.oneof(
  poison.map((value): Argument => ({ kind: 'plain', text: value })),
  fc
    .array(
      fc.oneof(
        poison,
        name.map((one) => ({ variable: one })),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((parts): Argument => ({ kind: 'text', parts })),
);
const { tree } = fc.letrec<{ tree: Directive; leaf: Directive; branch: Directive }>((tie) => ({
  tree: fc.oneof({ maxDepth: 3 }, tie('leaf'), tie('branch')),
  leaf: fc.record({ name: fc.oneof(name, poison), args: fc.array(argument, { maxLength: 4 }), comment: poison }),
  branch: fc.record({ name, args: fc.array(argument, { maxLength: 3 }), block: fc.array(tie('tree'), { maxLength: 4 }) }),
}));

/** What a directive must be read back as. */
function expected({ name: word, args, block: body, code }: Directive): ParsedDirective {
  const words = [bytesOf(word), ...args.map((one) => bytesOf(one.kind === 'plain' ? one.text : interpolated(one.parts)))];
  if (code !== undefined) return { words, code };
  return body === undefined ? { words } : { words, block: body.map(expected) };
}

describe('printing directives', () => {
  test('what is printed is read back as the same tree, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 5 }), (directives) => {
        expect(parseConfiguration(print(directives).text)).toEqual(directives.map(expected));
      }),
      { numRuns: 500 },
    );
  });

  test('every directive is on a line of its own, so that no value begins one', () => {
    fc.assert(
      fc.property(poison, (value) => {
        expect(print([directive('set', variable('a'), literal(value)), directive('listen', '80')]).text.split('\n')).toHaveLength(3);
      }),
    );
  });

  test('a comment is shorter than what nginx reads at once', () => {
    const { text: printed } = print([{ ...directive('listen', '80'), comment: 'a'.repeat(5000) }]);
    expect(printed.split('\n')[0]?.length).toBeLessThan(4096);
  });

  test('a dollar in a literal piece is no variable', () => {
    expect(print([directive('return', 200, text('costs $5 ', { variable: 'host' }))]).text).toBe(
      'return 200 "costs ${sluice_dollar}5 ${host}";\n',
    );
  });

  test('each line knows the object that it came from', () => {
    const from = { object: { kind: 'Ingress', namespace: 'shop', name: 'web' }, field: 'spec' };
    const { text: printed, origins } = print([
      blaming(from, block('server', [], [directive('server_name', 'shop.test')])),
      luaBlock('init_by_lua_block', 'require("sluice.init")'),
    ]);
    expect(printed.split('\n')).toEqual(['server {', '  server_name shop.test;', '}', 'init_by_lua_block { require("sluice.init") }', '']);
    expect(origins).toEqual([from, from, from, undefined]);
  });
});
