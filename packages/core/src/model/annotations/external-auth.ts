import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { ExternalAuthPolicy } from '../policy/external-auth.ts';
import { parseVariableText } from '../variable-text.ts';
import type { VariableText } from '../variable-text.ts';
import { annotation } from './annotation.ts';
import type { Parsed } from './annotation.ts';
import { cacheDurations, standardDurations } from './cache-durations.ts';
import type { AnnotationGroup, Contribution, References } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { ownObject } from './reference.ts';
import { bool, listOf, oneOf, text } from './value-parsers.ts';

const TARGET = 'Route.policies: external-auth';

const authUrl = annotation({
  key: 'auth-url',
  risk: 'High',
  values: 'an http or https URL, nginx variables allowed',
  effect: 'Asks this URL about each request first: 2xx lets it pass, 401 and 403 are returned to the client, anything else becomes 500.',
  standard: 'nobody is asked',
  target: TARGET,
  onInvalid: 'reject',
  parse: (value) => {
    const checked = text.urlWithVariables(value);
    return checked.ok ? absoluteUrl(value) : checked;
  },
});

const enableGlobalAuth = annotation({
  key: 'enable-global-auth',
  risk: 'Low',
  values: 'true or false',
  effect: 'Exempts the paths with `false` from the authentication service that the ConfigMap names for all (global-auth-url).',
  standard: 'true',
  target: TARGET,
  onInvalid: 'fallback',
  parse: bool,
});

const authMethod = annotation({
  key: 'auth-method',
  risk: 'Low',
  values: 'GET, HEAD, POST, PUT, PATCH, DELETE, CONNECT, OPTIONS or TRACE',
  effect: 'Is the method of the question to auth-url; with it X-Original-URI and X-Scheme are sent too.',
  standard: 'GET',
  target: TARGET,
  onInvalid: 'deny',
  parse: oneOf(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE']),
});

const authSignin = annotation({
  key: 'auth-signin',
  risk: 'High',
  values: 'a URL, nginx variables allowed',
  effect: 'Redirects clients here instead of answering 401, with the URL of the request in a query parameter.',
  standard: '401',
  target: TARGET,
  onInvalid: 'fallback',
  parse: (value) => {
    const checked = text.urlWithVariables(value);
    return checked.ok ? knownVariables(value) : checked;
  },
});

const redirectParam = annotation({
  key: 'auth-signin-redirect-param',
  risk: 'Medium',
  values: 'the name of a query parameter',
  effect: 'Is the parameter of auth-signin that carries the URL of the request.',
  standard: 'rd',
  target: TARGET,
  onInvalid: 'fallback',
  parse: text.url,
});

const responseHeaders = annotation({
  key: 'auth-response-headers',
  risk: 'Medium',
  values: 'header names between commas',
  effect: 'Sends these headers of the answer of auth-url to the backend, in place of those of the client.',
  standard: 'none',
  target: TARGET,
  onInvalid: 'deny',
  parse: listOf(text.headerNames),
});

const cacheKey = annotation({
  key: 'auth-cache-key',
  risk: 'Medium',
  values: 'a text with nginx variables',
  effect: 'Remembers the answers of auth-url under this key, for each host and path.',
  standard: 'every request is asked about',
  target: TARGET,
  onInvalid: 'fallback',
  parse: (value) => {
    const checked = text.variables(value);
    return checked.ok ? knownVariables(value) : checked;
  },
});

const cacheDuration = annotation({
  key: 'auth-cache-duration',
  risk: 'Medium',
  values: 'statuses and a duration, such as 200 401 5m, between commas',
  effect: 'Says how long answers of auth-url are remembered when auth-cache-key is set.',
  standard: '200 202 401 5m',
  target: TARGET,
  onInvalid: 'deny',
  parse: cacheDurations,
});

const proxySetHeaders = annotation({
  key: 'auth-proxy-set-headers',
  risk: 'Medium',
  values: 'namespace/name of a ConfigMap',
  effect: 'Adds the headers in the ConfigMap to the questions to auth-url.',
  standard: 'none',
  target: TARGET,
  onInvalid: 'deny',
  parse: text.basic,
});

const alwaysSetCookie = annotation({
  key: 'auth-always-set-cookie',
  risk: 'Low',
  values: 'true or false',
  effect: 'Gives Set-Cookie of auth-url to the client with every status, not only with success and redirects.',
  standard: 'false',
  target: TARGET,
  onInvalid: 'drop-group',
  parse: bool,
});

const requestRedirect = annotation({
  key: 'auth-request-redirect',
  risk: 'Medium',
  values: 'a URL or path',
  effect: 'Is sent to auth-url as X-Auth-Request-Redirect.',
  standard: 'the target of the request',
  target: TARGET,
  onInvalid: 'drop-group',
  parse: text.url,
});

/** Another service decides who may pass. */
export const externalAuthGroup: AnnotationGroup = {
  name: 'external-auth',
  needs: 'auth-url',
  annotations: [
    enableGlobalAuth,
    authUrl,
    authMethod,
    authSignin,
    redirectParam,
    responseHeaders,
    cacheKey,
    cacheDuration,
    proxySetHeaders,
    alwaysSetCookie,
    requestRedirect,
  ],
  contribute,
};

function contribute(settings: IngressSettings, references: References): Contribution {
  const url = settings.get(authUrl);
  if (url === undefined) return {};
  const setHeaders = headersOf(settings, references);
  if ('wrong' in setHeaders) {
    const from = settings.from(proxySetHeaders);
    return { denied: { because: setHeaders.wrong, from }, diagnostics: [denial(setHeaders.wrong, settings)] };
  }
  const method = settings.get(authMethod);
  const redirect = settings.get(requestRedirect);
  const policy: ExternalAuthPolicy = {
    kind: 'external-auth',
    url: parseVariableText(url).parts,
    urlText: url,
    ...(method !== undefined && { method }),
    ...signinOf(settings),
    responseHeaders: [...new Set((settings.get(responseHeaders) ?? []).map((name) => name.toLowerCase()))],
    ...cacheOf(settings),
    setHeaders: setHeaders.headers,
    alwaysSetCookie: settings.get(alwaysSetCookie) === true,
    ...(redirect !== undefined && redirect !== '' && { requestRedirect: redirect }),
    from: settings.from(authUrl),
  };
  return { policies: [policy] };
}

function denial(wrong: string, settings: IngressSettings): Diagnostic {
  return diagnose('SLU1506', settings.from(proxySetHeaders), `${wrong}; its paths answer 503`);
}

function signinOf(settings: IngressSettings): { signin?: VariableText } {
  const signin = settings.get(authSignin);
  if (signin === undefined) return {};
  return { signin: parseVariableText(withRedirect(signin, settings.get(redirectParam) ?? 'rd')).parts };
}

/** The URL of the request is added as a parameter unless there is one of that name. */
function withRedirect(signin: string, parameter: string): string {
  const [, query = ''] = /\?([^]*)$/.exec(signin) ?? [];
  const original = `${parameter}=$pass_access_scheme://$http_host$escaped_request_uri`;
  if (query === '') return `${signin}${signin.endsWith('?') ? '' : '?'}${original}`;
  return (new URLSearchParams(query).get(parameter) ?? '') === '' ? `${signin}&${original}` : signin;
}

function cacheOf(settings: IngressSettings): Pick<ExternalAuthPolicy, 'cache'> {
  const key = settings.get(cacheKey);
  if (key === undefined) return {};
  return { cache: { key: parseVariableText(key).parts, durations: settings.get(cacheDuration) ?? standardDurations } };
}

type SetHeaders = { readonly headers: ExternalAuthPolicy['setHeaders'] } | { readonly wrong: string };

function headersOf(settings: IngressSettings, references: References): SetHeaders {
  const written = settings.get(proxySetHeaders);
  if (written === undefined) return { headers: [] };
  const reference = ownObject(written, settings, false);
  if ('wrong' in reference) return reference;
  const map = references.configMap(reference.id);
  if (map === undefined) return { wrong: `ConfigMap ${reference.id} does not exist` };
  const entries = Object.entries(map.data);
  const bad = entries.find(([name, value]) => !/^[\w-]+$/.test(name) || !isFieldValue(value));
  if (bad !== undefined) return { wrong: `${JSON.stringify(bad[0].slice(0, 80))} of ConfigMap ${reference.id} is not a header` };
  return { headers: entries.map(([name, value]) => [name, parseVariableText(value).parts]) };
}

function isFieldValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

function absoluteUrl(value: string): Parsed<string> {
  const [, host] = /^https?:\/\/([^/?]+)(?:[/?].*)?$/.exec(value) ?? [];
  if (host === undefined || host.includes('..') || /[\s,=&]/.test(host))
    return { ok: false, reason: 'it must be http:// or https://, a host and a path', outcome: 'deny' };
  const known = knownVariables(value);
  return known.ok ? known : { ...known, outcome: 'deny' };
}

function knownVariables(value: string): Parsed<string> {
  const { unknown } = parseVariableText(value);
  return unknown === undefined ? { ok: true, value } : { ok: false, reason: `nothing is known of the variable $${unknown}` };
}
