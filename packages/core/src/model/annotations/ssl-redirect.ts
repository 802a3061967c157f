import { annotation } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { bool } from './value-parsers.ts';

const sslRedirect = annotation({
  key: 'ssl-redirect',
  risk: 'Low',
  values: 'true or false',
  effect: 'Redirects requests without TLS to HTTPS on hosts with a tls entry.',
  standard: 'true',
  target: 'Route.policies: https-redirect',
  onInvalid: 'fallback',
  parse: bool,
});

const forceSslRedirect = annotation({
  key: 'force-ssl-redirect',
  risk: 'Medium',
  values: 'true or false',
  effect: 'Redirects requests without TLS to HTTPS, also on hosts without a tls entry.',
  standard: 'false',
  target: 'Route.policies: https-redirect',
  onInvalid: 'fallback',
  parse: bool,
});

const preserveTrailingSlash = annotation({
  key: 'preserve-trailing-slash',
  risk: 'Medium',
  values: 'true or false',
  effect: 'Keeps the last slash of the URL in the redirect to HTTPS.',
  standard: 'false: one slash at the end of the URL is cut off',
  target: 'Route.policies: https-redirect',
  onInvalid: 'fallback',
  parse: bool,
});

/** The redirect to HTTPS. */
export const sslRedirectGroup: AnnotationGroup = {
  name: 'ssl-redirect',
  annotations: [sslRedirect, forceSslRedirect, preserveTrailingSlash],
  contribute,
};

function contribute(settings: IngressSettings): Contribution {
  const keepTrailingSlash = settings.get(preserveTrailingSlash) === true;
  if (settings.get(forceSslRedirect) === true)
    return { httpsRedirect: { when: 'always', keepTrailingSlash, from: settings.from(forceSslRedirect) } };
  if (settings.get(sslRedirect) === false) return { httpsRedirect: { when: 'never', keepTrailingSlash, from: settings.from(sslRedirect) } };
  return { httpsRedirect: { when: 'tls', keepTrailingSlash } };
}
