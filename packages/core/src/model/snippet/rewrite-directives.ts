import { compilePattern } from '../../regex/compile.ts';
import type { SnippetStep } from '../policy/snippet.ts';
import type { Directive } from './directive.ts';
import { noted, readText, refused, steps } from './reading.ts';
import type { SnippetPlace, StepResult } from './reading.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const FLAGS = new Set(['', 'last', 'break', 'redirect', 'permanent']);
const ABSOLUTE = /^(?:https?:\/\/|\$scheme)/;

/** `return CODE`, `return CODE TEXT`, `return CODE URL`, `return URL` (ngx_http_rewrite_module). */
export function readReturn({ args: [first = '', second, ...rest] }: Directive): StepResult {
  if (first === '' || rest.length > 0) return refused('it takes a status and a text or URL');
  if (/^\d+$/.test(first)) return returnStatus(Number(first), second);
  return second === undefined && ABSOLUTE.test(first)
    ? redirectTo(302, first)
    : refused(`${JSON.stringify(first.slice(0, 60))} is no status`);
}

function returnStatus(status: number, written: string | undefined): StepResult {
  if (status < 200 || status > 599) return refused(`the status ${status} cannot be answered`);
  if (REDIRECTS.has(status)) return written === undefined ? refused('a redirect needs a URL') : redirectTo(status, written);
  if (written === undefined) return steps({ kind: 'return', status });
  const text = readText(written);
  return typeof text === 'string' ? refused(text) : steps({ kind: 'return', status, text });
}

function redirectTo(status: number, url: string): StepResult {
  const to = readText(url);
  return typeof to === 'string' ? refused(to) : steps({ kind: 'redirect', status, to });
}

/** `rewrite PATTERN REPLACEMENT [last | break | redirect | permanent]` (ngx_http_rewrite_module). */
export function readRewrite({ args }: Directive, place: SnippetPlace): StepResult {
  const [pattern = '', replacement = '', flag = ''] = args;
  if (args.length < 2 || args.length > 3) return refused('it takes a pattern, a replacement and a flag');
  if (!FLAGS.has(flag)) return refused(`the flag ${flag} is not known`);
  const step = rewriteStep(pattern, replacement, flag);
  return typeof step === 'string' ? refused(step) : placed(step, flag, place);
}

type RewriteStep = Extract<SnippetStep, { readonly kind: 'rewrite' }>;

function rewriteStep(pattern: string, replacement: string, flag: string): RewriteStep | string {
  const wrong = wrongPattern(pattern);
  if (wrong !== undefined) return wrong;
  const keepQuery = !replacement.endsWith('?');
  const to = readText(keepQuery ? replacement : replacement.slice(0, -1));
  if (typeof to === 'string') return to;
  const redirect = redirectOf(flag, replacement);
  return { kind: 'rewrite', pattern, to, keepQuery, last: flag === 'break' || flag === 'last', ...(redirect && { redirect }) };
}

function wrongPattern(pattern: string): string | undefined {
  const compiled = compilePattern(pattern, { ignoreCase: false, anchoredStart: false });
  return compiled.ok ? undefined : `the pattern ${JSON.stringify(pattern.slice(0, 60))} is not supported: ${compiled.reason}`;
}

function placed(step: RewriteStep, flag: string, place: SnippetPlace): StepResult {
  if (step.redirect !== undefined) return steps(step);
  if (place === 'server' || place === 'if-server')
    return refused('in the server only redirects are supported; write it into a configuration-snippet');
  return flag === 'break' ? steps(step) : noted('the request stays with its path of the Ingress, as with the flag break', step);
}

function redirectOf(flag: string, replacement: string): 301 | 302 | undefined {
  if (flag === 'permanent') return 301;
  return flag === 'redirect' || ABSOLUTE.test(replacement) ? 302 : undefined;
}
