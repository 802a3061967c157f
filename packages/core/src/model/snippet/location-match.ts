import { compilePattern } from '../../regex/compile.ts';
import type { PathMatch } from '../match.ts';
import { binaryText } from '../../binary-text.ts';

/** The paths that a `location` with these arguments takes (nginx `location`), or the reason why it cannot be used. */
export function readLocationMatch(args: readonly string[]): PathMatch | string {
  const [modifier = '', text] = args.length === 2 ? args : ['', args[0]];
  if (text === undefined || args.length > 2) return 'it takes a path';
  if (modifier === '~' || modifier === '~*') return expression(text, modifier === '~*');
  if (!text.startsWith('/') || !['', '=', '^~'].includes(modifier)) return 'only paths and expressions (~ and ~*) are supported';
  return { kind: modifier === '=' ? 'exact' : 'prefix', path: binaryText(text) };
}

function expression(path: string, ignoreCase: boolean): PathMatch | string {
  const compiled = compilePattern(path, { ignoreCase, anchoredStart: false });
  return compiled.ok ? { kind: 'regex', path, ignoreCase, anywhere: true } : `the pattern is not supported: ${compiled.reason}`;
}
