import type { RouteAction } from '../route.ts';
import { annotation } from './annotation.ts';
import type { Annotation } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { redirectStyleOf } from './redirect-style.ts';
import { bool, integer, text } from './value-parsers.ts';

const permanentRedirect = annotation({
  key: 'permanent-redirect',
  risk: 'Medium',
  values: 'an http or https URL',
  effect: 'Answers every request with a permanent redirect to exactly this URL, before the redirect to HTTPS.',
  standard: 'no redirect',
  target: 'Route.action: redirect',
  onInvalid: 'reject',
  parse: text.url,
});

const permanentRedirectCode = annotation({
  key: 'permanent-redirect-code',
  risk: 'Low',
  values: '300 to 308',
  effect: 'Status of permanent-redirect; anything else means 301.',
  standard: '301',
  target: 'Route.action: redirect',
  onInvalid: 'reject',
  parse: integer,
});

const temporalRedirect = annotation({
  key: 'temporal-redirect',
  risk: 'Medium',
  values: 'an http or https URL',
  effect:
    'Answers every request with a temporary redirect to exactly this URL, before the redirect to HTTPS; wins over permanent-redirect.',
  standard: 'no redirect',
  target: 'Route.action: redirect',
  onInvalid: 'reject',
  parse: (value) => {
    const checked = text.url(value);
    return checked.ok && !value.startsWith('http') ? { ok: false, reason: 'it must start with http', outcome: 'drop-group' } : checked;
  },
});

const temporalRedirectCode = annotation({
  key: 'temporal-redirect-code',
  risk: 'Low',
  values: '300 to 307',
  effect: 'Status of temporal-redirect; anything else means 302.',
  standard: '302',
  target: 'Route.action: redirect',
  onInvalid: 'reject',
  parse: integer,
});

const fromToWww = annotation({
  key: 'from-to-www-redirect',
  risk: 'Low',
  values: 'true or false',
  effect: 'Redirects the host with www. (or, for a www. host, the one without) to the host of the rule, unless an Ingress has that host.',
  standard: 'false',
  target: 'VirtualHost',
  onInvalid: 'reject',
  parse: bool,
});

/** Answers that send the client elsewhere. */
export const redirectGroup: AnnotationGroup = {
  name: 'redirect',
  annotations: [permanentRedirect, permanentRedirectCode, temporalRedirect, temporalRedirectCode, fromToWww],
  contribute,
};

function contribute(settings: IngressSettings): Contribution {
  const www = settings.get(fromToWww) === true ? { host: { wwwRedirect: { from: settings.from(fromToWww) } } } : {};
  const temporal = settings.get(temporalRedirect) ?? '';
  if (temporal !== '')
    return { ...www, ...redirect(settings, temporalRedirect, temporal, within(settings.get(temporalRedirectCode), 307) ?? 302) };
  const permanent = settings.get(permanentRedirect) ?? '';
  if (permanent !== '')
    return { ...www, ...redirect(settings, permanentRedirect, permanent, within(settings.get(permanentRedirectCode), 308) ?? 301) };
  return www;
}

function redirect(settings: IngressSettings, by: Annotation<string>, url: string, status: number): Contribution {
  const action: RouteAction = { kind: 'redirect', redirect: { status, location: { kind: 'url', url, ...redirectStyleOf(settings) } } };
  return { action: { action, from: settings.from(by) } };
}

function within(status: number | undefined, highest: number): number | undefined {
  return status !== undefined && status >= 300 && status <= highest ? status : undefined;
}
