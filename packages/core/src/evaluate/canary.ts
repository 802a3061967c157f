import type { Canary } from '../model/canary.ts';
import type { Upstream } from '../model/upstream.ts';
import { affinityKey } from './affinity-key.ts';
import { cookieOf } from './expand-variables.ts';
import { patternOf } from './patterns.ts';
import type { Narrator } from './reason.ts';
import type { RoutedRequest } from './request.ts';

/** Which side a rule decides for, and why; undefined when it leaves the decision to the next rule. */
type Choice = { readonly canary: boolean; readonly because: string } | undefined;

/**
 * The upstream or its canary, in the order of ingress-nginx: affinity cookies of either side, the header, the cookie, the
 * weight. A canary without endpoints is not chosen.
 */
export function chooseSide(main: Upstream, request: RoutedRequest, find: (id: string) => Upstream | undefined, tell: Narrator): Upstream {
  const { canary } = main;
  if (canary === undefined) return main;
  const other = find(canary.upstream);
  if (other === undefined || other.endpoints.length === 0) {
    tell?.({ step: 'policy', text: `the canary ${canary.upstream} has no endpoint, so it is not chosen`, from: canary.from });
    return main;
  }
  const { canary: toCanary, because } = bySide(main, other, request) ?? byRules(canary, request);
  tell?.({ step: 'policy', text: `${toCanary ? `to the canary ${canary.upstream}` : 'not to the canary'}: ${because}`, from: canary.from });
  return toCanary ? other : main;
}

function byRules(canary: Canary, request: RoutedRequest): NonNullable<Choice> {
  return byHeader(canary, request) ?? byCookie(canary, request) ?? byWeight(canary, request.draw);
}

function bySide(main: Upstream, other: Upstream, request: RoutedRequest): Choice {
  if (main.affinity !== undefined && affinityKey(request, main.affinity)?.upstream === main.affinity.key)
    return { canary: false, because: `the cookie ${main.affinity.cookie.name} is of ${main.id}` };
  if (other.affinity !== undefined && affinityKey(request, other.affinity)?.upstream === other.affinity.key)
    return { canary: true, because: `the cookie ${other.affinity.cookie.name} is of ${other.id}` };
  return undefined;
}

function byHeader({ header }: Canary, request: RoutedRequest): Choice {
  const value = header && request.header(header.name);
  if (header === undefined || value === undefined) return undefined;
  const { name, rule } = header;
  switch (rule.kind) {
    case 'value':
      return value === rule.value ? { canary: true, because: `the header ${name} is ${rule.value}` } : undefined;
    case 'pattern':
      return patternOf(rule.pattern, { ignoreCase: false, anchoredStart: false }).test(value)
        ? { canary: true, because: `${rule.pattern} is found in the header ${name}` }
        : undefined;
    case 'unusable':
      return { canary: false, because: `the pattern for the header ${name} cannot be used` };
    case 'words':
      return byWord(value, `the header ${name}`);
  }
}

function byCookie({ cookie }: Canary, request: RoutedRequest): Choice {
  return cookie === undefined ? undefined : byWord(cookieOf(request, cookie), `the cookie ${cookie}`);
}

function byWord(value: string | undefined, what: string): Choice {
  return value === 'always' || value === 'never' ? { canary: value === 'always', because: `${what} is ${value}` } : undefined;
}

function byWeight({ weight, weightTotal }: Canary, draw: number): NonNullable<Choice> {
  const share = `${Math.min(Math.max(weight, 0), weightTotal)} of ${weightTotal} requests without a decision go there`;
  return { canary: Math.floor(draw * weightTotal) < weight, because: share };
}
