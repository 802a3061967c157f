import type { Canary } from '../model/canary.ts';
import type { Upstream } from '../model/upstream.ts';
import { affinityKey } from './affinity-key.ts';
import { cookieOf } from './expand-variables.ts';
import { patternOf } from './patterns.ts';
import type { Narrator } from './reason.ts';
import type { RoutedRequest } from './request.ts';

/** Which side a rule decides for, and why; undefined when it leaves the decision to the next rule. */
type Choice = { readonly canary: boolean; readonly because: string; readonly drawn?: boolean } | undefined;

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
  const choice = bySide(main, other, request) ?? byRules(canary, request);
  if (tell !== undefined) tellChoice({ ...canary, other }, choice, tell);
  return choice.canary ? other : main;
}

/** Explanations have no luck: what is drawn is told as the main side. */
function tellChoice(
  { upstream, weight, weightTotal, other, from }: Canary & { readonly other: Upstream },
  choice: NonNullable<Choice>,
  tell: NonNullable<Narrator>,
): void {
  tell({ step: 'policy', text: `${choice.canary ? `to the canary ${upstream}` : 'not to the canary'}: ${choice.because}`, from });
  if (choice.drawn !== true) return;
  const percent = Math.round((weight / weightTotal) * 1000) / 10;
  const text = `the canary ${upstream} answers by chance: ${percent} % of the requests that nothing else decides for`;
  tell({ step: 'upstream', text, from, unless: { step: 'canary', upstream: other } });
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
  const share = `no header and no cookie decides, and of ${weightTotal} such requests ${Math.min(Math.max(weight, 0), weightTotal)} go there`;
  return { canary: Math.floor(draw * weightTotal) < weight, because: share, drawn: weight > 0 && weight < weightTotal };
}
