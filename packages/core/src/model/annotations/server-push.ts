import { diagnose } from '../../observe/diagnostic.ts';
import { annotation } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { bool } from './value-parsers.ts';

const pushPreload = annotation({
  key: 'http2-push-preload',
  risk: 'Low',
  values: 'true or false',
  effect: 'Nothing: HTTP/2 server push, which it once turned on, is gone from nginx and from browsers.',
  standard: 'false',
  target: 'none: there is nothing to set',
  onInvalid: 'reject',
  parse: bool,
});

/** Accepted so that nobody has to remove it. */
export const serverPushGroup: AnnotationGroup = { name: 'server-push', annotations: [pushPreload], contribute };

function contribute(settings: IngressSettings): Contribution {
  if (settings.get(pushPreload) !== true) return {};
  return { diagnostics: [diagnose('SLU1509', settings.from(pushPreload), 'server push is gone from nginx too: nothing is pushed')] };
}
