import { annotation } from './annotation.ts';
import type { AnnotationGroup } from './contribution.ts';
import { bool } from './value-parsers.ts';

const enableAccessLog = annotation({
  key: 'enable-access-log',
  risk: 'Low',
  values: 'true or false',
  effect: 'false keeps requests out of the access log.',
  standard: 'true',
  target: 'Route.policies: access-log',
  onInvalid: 'fallback',
  parse: bool,
  policy: (enabled, from) => ({ kind: 'access-log', enabled, from }),
});

/** What is written down of a request. */
export const accessLogGroup: AnnotationGroup = { name: 'access-log', annotations: [enableAccessLog] };
