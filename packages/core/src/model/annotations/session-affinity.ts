import { diagnose } from '../../observe/diagnostic.ts';
import type { AffinityCookie, CookieAffinity } from '../affinity.ts';
import { annotation } from './annotation.ts';
import type { Parsed } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { bool, oneOf, text } from './value-parsers.ts';

const common = { target: 'Upstream.affinity', onInvalid: 'fallback' } as const;

const affinity = annotation({
  ...common,
  key: 'affinity',
  risk: 'Low',
  values: 'cookie',
  effect: 'Keeps each client on one endpoint of the Service with a cookie.',
  standard: 'no affinity',
  target: 'Upstream.affinity, Route.policies: session-cookie',
  parse: oneOf(['cookie']),
});

const mode = annotation({
  ...common,
  key: 'affinity-mode',
  risk: 'Medium',
  values: 'balanced | persistent',
  effect: 'Whether some clients move to new endpoints (balanced), or all stay as long as their endpoint is there (persistent).',
  standard: 'balanced',
  parse: oneOf(['balanced', 'persistent']),
});

const name = annotation({
  ...common,
  key: 'session-cookie-name',
  risk: 'Medium',
  values: 'name of a cookie',
  effect: 'Name of the affinity cookie.',
  standard: 'INGRESSCOOKIE',
  parse: text.basic,
});

const path = annotation({
  ...common,
  key: 'session-cookie-path',
  risk: 'Medium',
  values: 'a path',
  effect: 'Path attribute of the cookie.',
  standard: 'the path of the Ingress',
  parse: text.url,
});

const domain = annotation({
  ...common,
  key: 'session-cookie-domain',
  risk: 'Medium',
  values: 'a domain',
  effect: 'Domain attribute of the cookie.',
  standard: 'no such attribute',
  parse: text.basic,
});

const expires = annotation({
  ...common,
  key: 'session-cookie-expires',
  risk: 'Medium',
  values: 'seconds',
  effect: 'Expires attribute of the cookie, so many seconds ahead.',
  standard: 'no such attribute',
  parse: seconds,
});

const maxAge = annotation({
  ...common,
  key: 'session-cookie-max-age',
  risk: 'Medium',
  values: 'seconds',
  effect: 'Max-Age attribute of the cookie.',
  standard: 'no such attribute',
  parse: seconds,
});

const SAME_SITE = { none: 'None', lax: 'Lax', strict: 'Strict' } as const;

const sameSite = annotation({
  ...common,
  key: 'session-cookie-samesite',
  risk: 'Low',
  values: 'None | Lax | Strict (any case)',
  effect: 'SameSite attribute of the cookie.',
  standard: 'no such attribute',
  parse: (value) => {
    const word = oneOf(['none', 'lax', 'strict'])(value.toLowerCase());
    return word.ok ? { ok: true, value: SAME_SITE[word.value] } : { ok: false, reason: 'it must be None, Lax or Strict' };
  },
});

const conditionalNone = annotation({
  ...common,
  key: 'session-cookie-conditional-samesite-none',
  risk: 'Low',
  values: 'true or false',
  effect: 'Leaves SameSite=None out for old browsers that mistake it for Strict.',
  standard: 'false',
  parse: bool,
});

const secure = annotation({
  ...common,
  key: 'session-cookie-secure',
  risk: 'Low',
  values: 'true or false',
  effect: 'Marks the cookie Secure over plain HTTP as well; over HTTPS it always is.',
  standard: 'false',
  parse: bool,
});

const changeOnFailure = annotation({
  ...common,
  key: 'session-cookie-change-on-failure',
  risk: 'Low',
  values: 'true or false',
  effect: 'Takes another endpoint, and a new cookie, when the own one fails.',
  standard: 'false',
  parse: bool,
});

/** Clients that stay on one endpoint. */
export const sessionAffinityGroup: AnnotationGroup = {
  name: 'session-affinity',
  annotations: [affinity, mode, name, path, domain, expires, maxAge, sameSite, conditionalNone, secure, changeOnFailure],
  contribute,
};

/** Text that ingress-nginx takes and that is no number makes its cookies fail at run time; here it counts as absent. */
function seconds(value: string): Parsed<number> {
  return /^-?\d{1,10}$/.test(value) ? { ok: true, value: Number(value) } : { ok: false, reason: 'it must be a whole number of seconds' };
}

const options = [mode, name, path, domain, expires, maxAge, sameSite, conditionalNone, secure, changeOnFailure];

function contribute(settings: IngressSettings): Contribution {
  if (settings.get(affinity) === undefined)
    return {
      diagnostics: options
        .filter((option) => settings.has(option))
        .map((option) => diagnose('SLU1524', settings.from(option), 'it counts only together with affinity: cookie, which is missing')),
    };
  const from = settings.from(affinity);
  const sticky: CookieAffinity = {
    mode: settings.get(mode) ?? 'balanced',
    cookie: cookieOf(settings),
    changeOnFailure: settings.get(changeOnFailure) === true,
    from,
  };
  return { upstream: { affinity: sticky }, pathPolicies: (ingressPath) => [{ kind: 'session-cookie', path: ingressPath, from }] };
}

function cookieOf(settings: IngressSettings): AffinityCookie {
  const [ownPath, ownDomain, site] = [settings.get(path), settings.get(domain), settings.get(sameSite)];
  const [expiresSeconds, maxAgeSeconds] = [settings.get(expires), settings.get(maxAge)];
  return {
    name: settings.get(name) ?? 'INGRESSCOOKIE',
    ...(ownPath && { path: ownPath }),
    ...(expiresSeconds !== undefined && { expiresSeconds }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
    ...(ownDomain && { domain: ownDomain }),
    ...(site && { sameSite: site }),
    conditionalSameSiteNone: settings.get(conditionalNone) === true,
    secure: settings.get(secure) === true,
  };
}
