import { compilePattern } from '../../regex/compile.ts';
import type { SnippetCondition } from '../policy/snippet.ts';
import { readText } from './reading.ts';
import { binaryText } from '../../binary-text.ts';

const TEST = /^\(\s*\$(?:\{(?<braced>\w+)\}|(?<bare>\w+))\s*(?:\)|(?<operator>!=|=|!~\*|!~|~\*|~)\s*(?<rest>.*))$/s;

/** The condition of an `if`; a text says why it is not understood. */
export function readCondition(args: readonly string[]): SnippetCondition | string {
  const { braced, bare, operator, rest = '' } = TEST.exec(args.join(' '))?.groups ?? {};
  const variable = braced ?? bare;
  if (variable === undefined) return 'only tests of a variable are supported: ($a), =, !=, ~, ~*, !~ and !~*';
  const known = readText(`$${variable}`);
  if (typeof known === 'string') return known;
  if (operator === undefined) return { variable, test: { kind: 'set' }, negated: false };
  if (!rest.trimEnd().endsWith(')')) return 'the closing parenthesis is missing';
  return withOperator(variable, operator, rest.trimEnd().slice(0, -1).trimEnd());
}

function withOperator(variable: string, operator: string, operand: string): SnippetCondition | string {
  const negated = operator.startsWith('!');
  if (!operator.includes('~')) {
    if (operand.includes('$')) return 'a variable may only be compared with a fixed text';
    return { variable, test: { kind: 'equals', text: binaryText(operand) }, negated };
  }
  const ignoreCase = operator.endsWith('*');
  const compiled = compilePattern(operand, { ignoreCase, anchoredStart: false });
  if (!compiled.ok) return `the pattern ${JSON.stringify(operand.slice(0, 60))} is not supported: ${compiled.reason}`;
  return { variable, test: { kind: 'matches', pattern: operand, ignoreCase }, negated };
}
