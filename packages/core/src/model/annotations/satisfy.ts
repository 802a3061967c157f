import { annotation } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { oneOf } from './value-parsers.ts';

const satisfy = annotation({
  key: 'satisfy',
  risk: 'Low',
  values: 'any or all',
  effect: 'With any, one passed check of address, password or external service is enough.',
  standard: 'all',
  target: 'Route.policies: satisfy-any',
  onInvalid: 'fallback',
  parse: oneOf(['any', 'all']),
});

/** How several access checks count together. */
export const satisfyGroup: AnnotationGroup = { name: 'satisfy', annotations: [satisfy], contribute };

function contribute(settings: IngressSettings): Contribution {
  return settings.get(satisfy) === 'any' ? { policies: [{ kind: 'satisfy-any', from: settings.from(satisfy) }] } : {};
}
