import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import { compilePattern } from '../../regex/compile.ts';
import type { CanaryHeaderRule, CanaryRules } from '../canary.ts';
import { annotation } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { bool, integer, oneOf, text } from './value-parsers.ts';

const common = { target: 'Upstream.canary', onInvalid: 'fallback' } as const;

const canary = annotation({
  ...common,
  key: 'canary',
  risk: 'Low',
  values: 'true or false',
  effect:
    'Makes the Ingress an alternative for the Services of the Ingresses with the same host, path and pathType: a part of their requests goes to its own Services. It takes no host and no path for itself.',
  standard: 'false',
  parse: bool,
});

const byHeader = annotation({
  ...common,
  key: 'canary-by-header',
  risk: 'Medium',
  values: 'name of a request header',
  effect: 'Lets this header decide first: "always" means the canary, "never" the main Service, other values leave it to the next rule.',
  standard: 'no header decides',
  parse: text.basic,
});

const byHeaderValue = annotation({
  ...common,
  key: 'canary-by-header-value',
  risk: 'Medium',
  values: 'a header value',
  effect: 'Requests with exactly this value go to the canary, others on to the next rule; "always" and "never" mean nothing then.',
  standard: 'always and never decide',
  parse: text.basic,
});

const byHeaderPattern = annotation({
  ...common,
  key: 'canary-by-header-pattern',
  risk: 'Medium',
  values: 'a regular expression (PCRE), searched anywhere in the value',
  effect: 'Requests with a header value that it is found in go to the canary. It counts only without canary-by-header-value.',
  standard: 'always and never decide',
  parse: text.pattern,
});

const byCookie = annotation({
  ...common,
  key: 'canary-by-cookie',
  risk: 'Medium',
  values: 'name of a cookie',
  effect:
    'Lets this cookie decide after the header: "always" means the canary, "never" the main Service, other values leave it to the weight.',
  standard: 'no cookie decides',
  parse: text.basic,
});

const weight = annotation({
  ...common,
  key: 'canary-weight',
  risk: 'Low',
  values: 'a whole number from 0 to canary-weight-total',
  effect: 'Share of the requests without a decision by header or cookie that goes to the canary, drawn for each request.',
  standard: '0',
  parse: integer,
});

const weightTotal = annotation({
  ...common,
  key: 'canary-weight-total',
  risk: 'Low',
  values: 'a whole number from 100',
  effect: 'What canary-weight is a share of; less than 100 counts as 100.',
  standard: '100',
  parse: integer,
});

/** Belongs to session affinity in ingress-nginx, and is read from the canary Ingress only. */
const stickiness = annotation({
  key: 'affinity-canary-behavior',
  risk: 'Low',
  values: 'sticky | legacy',
  effect:
    'On a canary: "sticky" keeps clients with an affinity cookie on the side that gave it, "legacy" lets every request be decided anew.',
  standard: 'sticky',
  target: 'Upstream.affinity of the canary',
  onInvalid: 'fallback',
  parse: oneOf(['sticky', 'legacy']),
});

/** Alternatives that take a part of the requests. */
export const canaryGroup: AnnotationGroup = {
  name: 'canary',
  annotations: [canary, byHeader, byHeaderValue, byHeaderPattern, byCookie, weight, weightTotal, stickiness],
  contribute,
};

function contribute(settings: IngressSettings): Contribution {
  if (settings.get(canary) !== true) return { diagnostics: withoutCanary(settings) };
  const diagnostics: Diagnostic[] = [];
  const header = settings.get(byHeader);
  const cookie = settings.get(byCookie);
  const rules: CanaryRules = {
    ...(header && { header: { name: header.toLowerCase().replaceAll('_', '-'), rule: headerRule(settings, diagnostics) } }),
    ...(cookie && { cookie }),
    weight: settings.get(weight) ?? 0,
    weightTotal: Math.max(settings.get(weightTotal) ?? 100, 100),
    from: settings.from(canary),
  };
  return { canary: { rules, sticky: settings.get(stickiness) !== 'legacy' }, diagnostics };
}

function headerRule(settings: IngressSettings, diagnostics: Diagnostic[]): CanaryHeaderRule {
  const value = settings.get(byHeaderValue) ?? '';
  if (value !== '') return { kind: 'value', value };
  const pattern = settings.get(byHeaderPattern) ?? '';
  if (pattern === '') return { kind: 'words' };
  const compiled = compilePattern(pattern, { ignoreCase: false, anchoredStart: false });
  if (compiled.ok) return { kind: 'pattern', pattern };
  const message = `${JSON.stringify(pattern.slice(0, 80))}: ${compiled.reason}; requests with the header stay on the main side`;
  diagnostics.push(diagnose('SLU1504', settings.from(byHeaderPattern), message));
  return { kind: 'unusable' };
}

function withoutCanary(settings: IngressSettings): Diagnostic[] {
  return [byHeader, byHeaderValue, byHeaderPattern, byCookie, weight, weightTotal]
    .filter((option) => settings.has(option))
    .map((option) => diagnose('SLU1524', settings.from(option), 'it counts only together with canary: "true", which is missing'));
}
