import { compilePattern } from '../../regex/compile.ts';
import type { Directive } from './directive.ts';
import { noted, readText, refused, steps } from './reading.ts';
import type { SnippetPlace, StepResult } from './reading.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const ABSOLUTE = /^(?:https?:\/\/|\$scheme)/;

/** `return CODE`, `return CODE TEXT`, `return CODE URL`, `return URL` (ngx_http_rewrite_module). */
export function readReturn({ args: [first, second, ...rest] }: Directive): StepResult {
  if (first === undefined || rest.length > 0) return refused('it takes a status and a text or URL');
  if (!/^\d+$/.test(first)) {
    if (second !== undefined || !ABSOLUTE.test(first)) return refused(`${JSON.stringify(first.slice(0, 60))} is no status`);
    return redirectTo(302, first);
  }
  const status = Number(first);
  if (status === 444) return steps({ kind: 'return', status });
  if (status < 200 || status > 599) return refused(`the status ${first} cannot be answered`);
  if (REDIRECTS.has(status)) return second === undefined ? refused('a redirect needs a URL') : redirectTo(status, second);
  const text = second === undefined ? undefined : readText(second);
  if (typeof text === 'string') return refused(text);
  return steps({ kind: 'return', status, ...(text !== undefined && { text }), ...(text === undefined && status < 300 && { text: [] }) });
}

function redirectTo(status: number, url: string): StepResult {
  const to = readText(url);
  return typeof to === 'string' ? refused(to) : steps({ kind: 'redirect', status, to });
}

/** `rewrite PATTERN REPLACEMENT [last | break | redirect | permanent]` (ngx_http_rewrite_module). */
export function readRewrite({ args: [pattern, replacement, flag = '', ...rest] }: Directive, place: SnippetPlace): StepResult {
  if (pattern === undefined || replacement === undefined || rest.length > 0) return refused('it takes a pattern, a replacement and a flag');
  if (!['', 'last', 'break', 'redirect', 'permanent'].includes(flag)) return refused(`the flag ${flag} is not known`);
  const compiled = compilePattern(pattern, { ignoreCase: false, anchoredStart: false });
  if (!compiled.ok) return refused(`the pattern ${JSON.stringify(pattern.slice(0, 60))} is not supported: ${compiled.reason}`);
  const keepQuery = !replacement.endsWith('?');
  const to = readText(keepQuery ? replacement : replacement.slice(0, -1));
  if (typeof to === 'string') return refused(to);
  const redirect = redirectOf(flag, replacement);
  const step = {
    kind: 'rewrite',
    pattern,
    to,
    keepQuery,
    last: flag === 'break' || flag === 'last',
    ...(redirect && { redirect }),
  } as const;
  if (redirect !== undefined) return steps(step);
  if (place === 'server' || place === 'if-server')
    return refused('in the server only redirects are supported; write it into a configuration-snippet');
  return flag === 'break' ? steps(step) : noted('the request stays with its path of the Ingress, as with the flag break', step);
}

function redirectOf(flag: string, replacement: string): 301 | 302 | undefined {
  if (flag === 'permanent') return 301;
  return flag === 'redirect' || ABSOLUTE.test(replacement) ? 302 : undefined;
}
