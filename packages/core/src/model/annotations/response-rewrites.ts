import { compilePattern } from '../../regex/compile.ts';
import type { Policy } from '../policy/policy.ts';
import type { ValueRewrite } from '../policy/value-rewrite.ts';
import { annotation } from './annotation.ts';
import type { Parsed } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { text } from './value-parsers.ts';

const TWO_DOMAINS = /^([A-Za-z0-9\-._~/:]+) +([A-Za-z0-9\-._~/:]+)$/;
const TWO_PATHS = /^([A-Za-z0-9\-._~/:,?&=]+) +([A-Za-z0-9\-._~/:,?&=]+)$/;

const redirectFrom = annotation({
  key: 'proxy-redirect-from',
  risk: 'Medium',
  values: 'off, default, or the beginning of a URL; ~pattern for a regular expression',
  effect: 'What is replaced in the Location and Refresh headers of the backend; default is a URL that backends never send.',
  standard: 'off',
  target: 'Route.policies: location-rewrite',
  onInvalid: 'fallback',
  parse: withoutBlank,
});

const redirectTo = annotation({
  key: 'proxy-redirect-to',
  risk: 'Medium',
  values: 'off, or the beginning of a URL',
  effect: 'What takes the place of proxy-redirect-from; a result that begins with a slash gets scheme and host of the request.',
  standard: 'off: nothing is replaced',
  target: 'Route.policies: location-rewrite',
  onInvalid: 'fallback',
  parse: withoutBlank,
});

const cookieDomain = annotation({
  key: 'proxy-cookie-domain',
  risk: 'Medium',
  values: 'off, or two domains with a blank between: what is replaced, and by what',
  effect: 'Replaces the Domain attribute of cookies that the backend sets.',
  standard: 'off',
  target: 'Route.policies: cookie-domain',
  onInvalid: 'fallback',
  parse: (value) => twoWords(value, TWO_DOMAINS, true),
});

const cookiePath = annotation({
  key: 'proxy-cookie-path',
  risk: 'Medium',
  values: 'off, or two paths with a blank between: what is replaced, and by what',
  effect: 'Replaces the beginning of the Path attribute of cookies that the backend sets.',
  standard: 'off',
  target: 'Route.policies: cookie-path',
  onInvalid: 'fallback',
  parse: (value) => twoWords(value, TWO_PATHS, false),
});

/** Changes of what backends answer. */
export const responseRewritesGroup: AnnotationGroup = {
  name: 'response-rewrites',
  annotations: [redirectFrom, redirectTo, cookieDomain, cookiePath],
  contribute,
};

function contribute(settings: IngressSettings): Contribution {
  const location = locationRewrite(settings);
  const [domain, path] = [settings.get(cookieDomain) ?? 'off', settings.get(cookiePath) ?? 'off'];
  const policies: readonly Policy[] = [
    ...(location === 'off' ? [] : [{ kind: 'location-rewrite', ...location, from: settings.from(redirectFrom) } as const]),
    ...(domain === 'off' ? [] : [{ kind: 'cookie-domain', ...domain, from: settings.from(cookieDomain) } as const]),
    ...(path === 'off' ? [] : [{ kind: 'cookie-path', ...path, from: settings.from(cookiePath) } as const]),
  ];
  return { policies };
}

function locationRewrite(settings: IngressSettings): ValueRewrite | 'off' {
  const [from, to] = [settings.get(redirectFrom) ?? 'off', settings.get(redirectTo) ?? 'off'];
  if (from === 'off' || from === 'default' || to === 'off') return 'off';
  const rewrite = rewriteOf(from, to, false);
  return typeof rewrite === 'string' ? 'off' : rewrite;
}

function withoutBlank(value: string): Parsed<string> {
  const checked = text.url(value);
  if (!checked.ok || !value.startsWith('~')) return checked;
  const rewrite = rewriteOf(value, '', false);
  return typeof rewrite === 'string' ? { ok: false, reason: rewrite } : checked;
}

/** `domains`: dots before them do not count, and neither does case. */
function twoWords(value: string, words: RegExp, domains: boolean): Parsed<'off' | ValueRewrite> {
  if (value === 'off') return { ok: true, value };
  const [, from = '', to = ''] = words.exec(value) ?? [];
  if (from === '') return { ok: false, reason: 'it must be off, or two words of letters, digits and - . _ ~ / :' };
  const rewrite = domains ? rewriteOf(withoutDot(from), withoutDot(to), true) : rewriteOf(from, to, false);
  return typeof rewrite === 'string' ? { ok: false, reason: rewrite } : { ok: true, value: rewrite };
}

function withoutDot(domain: string): string {
  return domain.startsWith('.') ? domain.slice(1) : domain;
}

/** `~` makes it a regular expression; a text says why it is none. */
function rewriteOf(from: string, replacement: string, ignoreCase: boolean): ValueRewrite | string {
  if (!from.startsWith('~')) return { find: { kind: 'prefix', text: from }, replacement };
  const pattern = from.slice(1);
  const compiled = compilePattern(pattern, { ignoreCase, anchoredStart: false });
  return compiled.ok ? { find: { kind: 'regex', pattern, ignoreCase }, replacement } : compiled.reason;
}
