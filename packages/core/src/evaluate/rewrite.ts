import type { RewritePolicy } from '../model/policy/rewrite.ts';
import { escapeControls } from './escape-controls.ts';
import { splitTarget } from './normalize-path.ts';
import { patternOf } from './patterns.ts';
import type { Rewritten } from './verdict.ts';

/**
 * The target after a rewrite: pattern searched in the normalised path, groups filled in, what cannot stand in a request line
 * escaped, the query string of the request appended. Undefined when the pattern is not found (nginx `rewrite ... break`).
 */
export function rewrite(policy: RewritePolicy, path: string, target: string): Rewritten | undefined {
  const groups = patternOf(policy.pattern, { ignoreCase: true, anchoredStart: false }).match(path);
  if (groups === undefined) return undefined;
  const fill = (text: string): string =>
    text.replace(/\$(\d)|\$\{(\d)\}/g, (_, bare?: string, braced?: string) => groups[Number(bare ?? braced)] ?? '');
  const sent = splitTarget(target).query;
  // nginx leaves out a question mark with nothing after it.
  const query = sent === '?' ? '' : sent;
  const { forwardedPrefix } = policy;
  return {
    target: escapeTarget(fill(policy.target)) + query,
    ...(forwardedPrefix !== undefined && { forwardedPrefix: escapeControls(fill(forwardedPrefix)) }),
  };
}

/** As nginx (since 1.21.1) escapes a changed URI: blanks, controls, bytes beyond ASCII, and what may not stand in a path. */
export function escapeTarget(path: string): string {
  return path.replace(/[^\x21-\x7e]|[%#?"<>\\^`{|}]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
