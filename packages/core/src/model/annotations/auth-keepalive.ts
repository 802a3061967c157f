import { annotation } from './annotation.ts';
import type { AnyAnnotation, Parsed } from './annotation.ts';
import type { AnnotationGroup } from './contribution.ts';
import { bool, integer } from './value-parsers.ts';

function kept<Value>(key: string, values: string, parse: (text: string) => Parsed<Value>, effect: string): AnyAnnotation {
  return annotation({
    key,
    risk: 'Low',
    values,
    effect,
    standard: 'connections are kept while they are of use',
    target: 'none: there is nothing to set',
    onInvalid: 'fallback',
    parse,
  });
}

const COUNT = 'a whole number';

/** Connections to authentication services, accepted so that nobody has to remove them: such connections are always kept. */
export const authKeepaliveGroup: AnnotationGroup = {
  name: 'auth-keepalive',
  annotations: [
    kept('auth-keepalive', COUNT, integer, 'Number of connections kept open to the authentication service.'),
    kept('auth-keepalive-requests', COUNT, integer, 'Requests on one kept connection to the authentication service.'),
    kept('auth-keepalive-share-vars', 'true or false', bool, 'Shares variables between a request and its authentication request.'),
    kept('auth-keepalive-timeout', COUNT, integer, 'How long an idle connection to the authentication service is kept.'),
  ],
};
