import { pcre, policyOf } from '@sluice/core';
import type { Route } from '@sluice/core';
import { block, directive, variable } from '../render/directive.ts';
import type { Argument, Directive } from '../render/directive.ts';
import { redirectLocation, redirecting } from './redirect.ts';
import { httpsPortOf } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';

/** What nginx's rewrite module does in the order of the evaluator: the route's own redirect, or the one to HTTPS. */
export function redirects(route: Route, { deployment }: Surroundings): readonly Directive[] {
  const httpsPort = httpsPortOf(deployment);
  return route.action.kind === 'redirect' ? redirecting(route.action.redirect, httpsPort) : httpsRedirect(route, httpsPort);
}

function httpsRedirect(route: Route, httpsPort: number): readonly Directive[] {
  const policy = policyOf(route, 'https-redirect');
  if (policy === undefined) return [];
  const { status, keepTrailingSlash, withPort, namelessOnly, from } = policy;
  const location = redirectLocation({ kind: 'https', keepTrailingSlash, ...(withPort && { withPort }) }, httpsPort);
  const condition = namelessOnly ? [variable('sluice_nameless_http')] : [variable('sluice_told_scheme'), '=', 'http'];
  return [{ ...block('if', ['(', ...condition, ')'], [directive('return', status, location)]), from }];
}

/** Gives the upstream another path. `break` ends the rewrite phase: this comes after everything that is set. */
export function rewriting(route: Route): readonly Directive[] {
  const policy = policyOf(route, 'rewrite');
  if (policy === undefined) return [];
  const pattern = pcre(policy.pattern, { ignoreCase: true, anchored: false, inline: true });
  // Keys of hashes are made of the path as it was.
  const before = directive('set', variable('sluice_path'), variable('uri'));
  return [before, { ...directive('rewrite', pattern, withGroups(policy.target), 'break'), from: policy.from }];
}

/** `X-Forwarded-Prefix` is told where the rewrite takes effect; otherwise what the client says passes. */
export function forwardedPrefix(route: Route): readonly Directive[] {
  const policy = policyOf(route, 'rewrite');
  if (policy?.forwardedPrefix === undefined) return [];
  const pattern = pcre(policy.pattern, { ignoreCase: true, anchored: false });
  const told = directive('set', variable('sluice_forwarded_prefix'), withGroups(policy.forwardedPrefix));
  const condition = block('if', ['(', variable('uri'), '~*', pattern, ')'], [told]);
  return [theirPrefix, condition].map((one) => ({ ...one, from: policy.from }));
}

/** The prefix as the client says it. */
export const theirPrefix: Directive = directive('set', variable('sluice_forwarded_prefix'), variable('http_x_forwarded_prefix'));

/** A text in which only `$1` to `$9` mean something. */
function withGroups(written: string): Argument {
  const parts = written.split(/(\$\d|\$\{\d\})/).filter((part) => part !== '');
  return { kind: 'text', parts: parts.map((part) => (/^\$\{?\d/.test(part) ? { variable: part.replace(/\D/g, '') } : part)) };
}
