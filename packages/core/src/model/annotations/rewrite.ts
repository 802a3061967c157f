import { annotation } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { bool, text } from './value-parsers.ts';

const useRegex = annotation({
  key: 'use-regex',
  risk: 'Low',
  values: 'true or false',
  effect: 'Takes the paths for regular expressions; with it every path of the host, of every Ingress, becomes one that ignores case.',
  standard: 'false',
  target: 'Route.match',
  onInvalid: 'fallback',
  parse: bool,
});

const rewriteTarget = annotation({
  key: 'rewrite-target',
  risk: 'Medium',
  values: 'a path, with $1 to $9 for the groups of the Ingress path',
  effect:
    'Sends this path to the backend instead of the one in the request. Puts the whole host in regex mode unless it equals the Ingress path.',
  standard: 'the path as received',
  target: 'Route.policies: rewrite',
  onInvalid: 'fallback',
  parse: text.path,
});

const forwardedPrefix = annotation({
  key: 'x-forwarded-prefix',
  risk: 'Medium',
  values: 'a path, with $1 to $9 for the groups of the Ingress path',
  effect: 'Adds the request header X-Forwarded-Prefix where rewrite-target takes effect.',
  standard: 'no such header',
  target: 'Route.policies: rewrite',
  onInvalid: 'reject',
  parse: text.path,
});

/** Other paths for backends, and paths as regular expressions. */
export const rewriteGroup: AnnotationGroup = {
  name: 'rewrite',
  annotations: [useRegex, rewriteTarget, forwardedPrefix],
  contribute,
};

function contribute(settings: IngressSettings): Contribution {
  const target = settings.get(rewriteTarget) ?? '';
  const regex = settings.get(useRegex) === true;
  const rewrites = (path: string): boolean => target !== '' && target !== path;
  if (!regex && target === '') return {};
  const prefix = settings.get(forwardedPrefix);
  return {
    regexMode: { asks: (path) => regex || rewrites(path), from: settings.from(regex ? useRegex : rewriteTarget) },
    pathPolicies: (path) =>
      rewrites(path)
        ? [{ kind: 'rewrite', pattern: path, target, ...(prefix && { forwardedPrefix: prefix }), from: settings.from(rewriteTarget) }]
        : [],
  };
}
