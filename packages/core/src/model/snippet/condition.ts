import { compilePattern } from '../../regex/compile.ts';
import type { SnippetCondition } from '../policy/snippet.ts';
import { readText } from './reading.ts';

const UNARY = /^\(\s*\$(?:\{(\w+)\}|(\w+))\s*\)$/;
const BINARY = /^\(\s*\$(?:\{(\w+)\}|(\w+))\s*(!=|=|!~\*|!~|~\*|~)\s*(.*)$/s;

/** The condition of an `if`; a text says why it is not understood. */
export function readCondition(args: readonly string[]): SnippetCondition | string {
  const text = args.join(' ');
  const unary = UNARY.exec(text);
  const binary = unary === null ? BINARY.exec(text) : null;
  const variable = unary?.[1] ?? unary?.[2] ?? binary?.[1] ?? binary?.[2];
  if (variable === undefined) return 'only tests of a variable are supported: ($a), =, !=, ~, ~*, !~ and !~*';
  const known = readText(`$${variable}`);
  if (typeof known === 'string') return known;
  if (binary === null) return { variable, test: { kind: 'set' }, negated: false };
  const [, , , operator = '', rest = ''] = binary;
  const operand = rest.trimEnd().endsWith(')') ? rest.trimEnd().slice(0, -1).trimEnd() : undefined;
  if (operand === undefined) return 'the closing parenthesis is missing';
  return withOperator(variable, operator, operand);
}

function withOperator(variable: string, operator: string, operand: string): SnippetCondition | string {
  const negated = operator.startsWith('!');
  if (!operator.includes('~')) {
    if (operand.includes('$')) return 'a variable may only be compared with a fixed text';
    return { variable, test: { kind: 'equals', text: Buffer.from(operand, 'utf8').toString('latin1') }, negated };
  }
  const ignoreCase = operator.endsWith('*');
  const compiled = compilePattern(operand, { ignoreCase, anchoredStart: false });
  if (!compiled.ok) return `the pattern ${JSON.stringify(operand.slice(0, 60))} is not supported: ${compiled.reason}`;
  return { variable, test: { kind: 'matches', pattern: operand, ignoreCase }, negated };
}
