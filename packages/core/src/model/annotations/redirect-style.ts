import type { RedirectStyle } from '../redirect.ts';
import { annotation } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { bool } from './value-parsers.ts';

const relativeRedirects = annotation({
  key: 'relative-redirects',
  risk: 'Low',
  values: 'true or false',
  effect: 'Leaves scheme and host out of the redirect that appends a missing last slash.',
  standard: 'false',
  target: 'Route.action: redirect',
  onInvalid: 'reject',
  parse: bool,
});

const portInRedirects = annotation({
  key: 'use-port-in-redirects',
  risk: 'Low',
  values: 'true or false',
  effect: 'Writes the port of the listener into the redirect to HTTPS, and into the one that appends a missing last slash.',
  standard: 'false',
  target: 'Route.policies: https-redirect',
  onInvalid: 'fallback',
  parse: bool,
});

/** How the proxy writes the redirects that it makes itself. */
export const redirectStyleGroup: AnnotationGroup = {
  name: 'redirect-style',
  annotations: [relativeRedirects, portInRedirects],
  contribute,
};

function contribute(settings: IngressSettings): Contribution {
  return { redirectStyle: redirectStyleOf(settings) };
}

/** How redirects of an Ingress are written. */
export function redirectStyleOf(settings: IngressSettings): RedirectStyle {
  const relative = settings.get(relativeRedirects) === true;
  const withPort = settings.get(portInRedirects) === true;
  return { ...(relative && { relative }), ...(withPort && { withPort }) };
}
