import { diagnose } from '../../observe/diagnostic.ts';
import { annotation } from './annotation.ts';
import type { Parsed } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { bool, integer, matching, text } from './value-parsers.ts';

const DEFAULT_METHODS = 'GET, PUT, POST, DELETE, PATCH, OPTIONS';
const DEFAULT_HEADERS = 'DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization';
const DEFAULT_MAX_AGE_SECONDS = 1_728_000;

/** The lists that ingress-nginx looks into; for any other it allows every origin. */
const LIST = /^(?:(?:[A-Za-z0-9\-.,]|:\d|(?<=[a-z]):\/\/|\*\.)*|\*)$/;
const ORIGIN = /^(?:[a-z]+:\/\/(?:\*\.)?[A-Za-z0-9\-.]*(?::\d+)?|null)$/;

const enableCors = annotation({
  key: 'enable-cors',
  risk: 'Low',
  values: 'true or false',
  effect: 'Answers OPTIONS requests of allowed origins (204) and adds the CORS headers to every answer for them.',
  standard: 'false',
  target: 'Route.policies: cors',
  onInvalid: 'fallback',
  parse: bool,
});

const allowOrigin = annotation({
  key: 'cors-allow-origin',
  risk: 'Medium',
  values: 'origins between commas: scheme://host, scheme://host:port, scheme://*.domain for one label, null, or * for all',
  effect: 'The origins that are allowed; one * in the list allows all, an element that is no origin is left out.',
  standard: '*',
  target: 'Route.policies: cors',
  onInvalid: 'fallback',
  parse: (value): Parsed<string> =>
    LIST.test(value.replaceAll(' ', ''))
      ? { ok: true, value }
      : { ok: false, reason: 'only origins between commas are allowed; as in ingress-nginx every origin is allowed now' },
});

const allowMethods = annotation({
  key: 'cors-allow-methods',
  risk: 'Medium',
  values: 'methods between commas',
  effect: 'Value of Access-Control-Allow-Methods.',
  standard: DEFAULT_METHODS,
  target: 'Route.policies: cors',
  onInvalid: 'fallback',
  parse: matching(/^(?:[A-Za-z]+(?:, ?| (?=[A-Za-z])|$))+$/, 'letters, commas and single spaces'),
});

const allowHeaders = annotation({
  key: 'cors-allow-headers',
  risk: 'Medium',
  values: 'header names between commas',
  effect: 'Value of Access-Control-Allow-Headers.',
  standard: DEFAULT_HEADERS,
  target: 'Route.policies: cors',
  onInvalid: 'fallback',
  parse: text.headerNames,
});

const allowCredentials = annotation({
  key: 'cors-allow-credentials',
  risk: 'Low',
  values: 'true or false',
  effect: 'Sends Access-Control-Allow-Credentials: true.',
  standard: 'true',
  target: 'Route.policies: cors',
  onInvalid: 'fallback',
  parse: bool,
});

const exposeHeaders = annotation({
  key: 'cors-expose-headers',
  risk: 'Medium',
  values: 'header names between commas, or *',
  effect: 'Value of Access-Control-Expose-Headers.',
  standard: 'the header is not sent',
  target: 'Route.policies: cors',
  onInvalid: 'fallback',
  parse: matching(/^(?:(?:[A-Za-z0-9\-_]+|\*)(?:, ?| (?=[A-Za-z0-9\-_*])|$))+$/, 'letters, digits, - _ * commas and single spaces'),
});

const maxAge = annotation({
  key: 'cors-max-age',
  risk: 'Low',
  values: 'seconds',
  effect: 'Value of Access-Control-Max-Age: how long browsers remember the answer to a preflight.',
  standard: String(DEFAULT_MAX_AGE_SECONDS),
  target: 'Route.policies: cors',
  onInvalid: 'fallback',
  parse: integer,
});

/** Cross-origin requests. */
export const corsGroup: AnnotationGroup = {
  name: 'cors',
  annotations: [enableCors, allowOrigin, allowMethods, allowHeaders, allowCredentials, exposeHeaders, maxAge],
  contribute,
};

function contribute(settings: IngressSettings): Contribution {
  if (settings.get(enableCors) !== true) return {};
  const { origins, skipped } = readOrigins(settings.get(allowOrigin) ?? '*');
  const expose = settings.get(exposeHeaders);
  const policy = {
    kind: 'cors',
    origins,
    credentials: settings.get(allowCredentials) ?? true,
    methods: settings.get(allowMethods) ?? DEFAULT_METHODS,
    headers: settings.get(allowHeaders) ?? DEFAULT_HEADERS,
    ...(expose !== undefined && { expose }),
    maxAgeSeconds: settings.get(maxAge) ?? DEFAULT_MAX_AGE_SECONDS,
    from: settings.from(enableCors),
  } as const;
  const diagnostics = skipped.map((element) =>
    diagnose(
      'SLU1504',
      settings.from(allowOrigin),
      `${JSON.stringify(element.slice(0, 80))} is no origin such as https://example.com; it is left out`,
    ),
  );
  return { policies: [policy], diagnostics };
}

/** A `*` anywhere makes it everybody, whatever else is listed. */
function readOrigins(list: string): { readonly origins: 'any' | readonly string[]; readonly skipped: readonly string[] } {
  const elements = list
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '');
  const skipped = elements.filter((element) => element !== '*' && !ORIGIN.test(element));
  if (elements.includes('*')) return { origins: 'any', skipped };
  return { origins: elements.filter((element) => ORIGIN.test(element)).map((element) => element.toLowerCase()), skipped };
}
