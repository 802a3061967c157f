import { parseVariableText } from '../variable-text.ts';
import type { VariableText } from '../variable-text.ts';
import { annotation } from './annotation.ts';
import type { Parsed } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { oneOf, text } from './value-parsers.ts';

const mirrorTarget = annotation({
  key: 'mirror-target',
  risk: 'High',
  values: 'an http or https URL; nginx variables are filled in',
  effect: 'Sends every forwarded request to this URL too and throws the answer away.',
  standard: 'requests are sent once',
  target: 'Route.policies: mirror',
  onInvalid: 'fallback',
  parse: (value) => (/^(https?:\/\/|\$)/.test(value) ? variables(value) : { ok: false, reason: 'it must start with http:// or https://' }),
});

const mirrorHost = annotation({
  key: 'mirror-host',
  risk: 'High',
  values: 'a host name; nginx variables are filled in',
  effect: 'Host header of the second request.',
  standard: 'the host in mirror-target',
  target: 'Route.policies: mirror',
  onInvalid: 'fallback',
  parse: variables,
});

const mirrorRequestBody = annotation({
  key: 'mirror-request-body',
  risk: 'Low',
  values: 'on or off',
  effect: 'off sends the second request without a body.',
  standard: 'on',
  target: 'Route.policies: mirror',
  onInvalid: 'fallback',
  parse: oneOf(['on', 'off']),
});

/** A second place that gets what the backends get. */
export const mirrorGroup: AnnotationGroup = {
  name: 'mirror',
  annotations: [mirrorTarget, mirrorHost, mirrorRequestBody],
  contribute,
};

function contribute(settings: IngressSettings): Contribution {
  const target = settings.get(mirrorTarget);
  if (target === undefined) return {};
  const host = settings.get(mirrorHost);
  const body = settings.get(mirrorRequestBody) !== 'off';
  return { policies: [{ kind: 'mirror', target, ...(host && { host }), body, from: settings.from(mirrorTarget) }] };
}

function variables(value: string): Parsed<VariableText> {
  const checked = text.pattern(value);
  if (!checked.ok) return checked;
  const { parts, unknown } = parseVariableText(value);
  return unknown === undefined ? { ok: true, value: parts } : { ok: false, reason: `the variable $${unknown} is not known` };
}
