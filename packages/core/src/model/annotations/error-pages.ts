import { diagnose } from '../../observe/diagnostic.ts';
import type { BackendRef } from '../build/ingress-fragment.ts';
import type { ErrorPagesPolicy } from '../policy/error-pages.ts';
import { annotation } from './annotation.ts';
import type { Parsed } from './annotation.ts';
import type { AnnotationGroup, Contribution, References } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { bool, listOf, matching } from './value-parsers.ts';

const customHttpErrors = annotation({
  key: 'custom-http-errors',
  risk: 'Low',
  values: 'statuses from 400 to 599, without 499, between commas',
  effect:
    'Replaces answers with these statuses by what the default backend answers to GET / with X-Code, X-Format, X-Original-URI, X-Namespace, X-Ingress-Name, X-Service-Name, X-Service-Port and X-Request-ID; its status is sent.',
  standard: 'no answer is replaced',
  target: 'Route.policies: error-pages',
  onInvalid: 'reject',
  parse: listOf(errorStatus),
});

const defaultBackend = annotation({
  key: 'default-backend',
  risk: 'Low',
  values: 'a Service in the namespace of the Ingress; its first port is taken',
  effect: 'Answers for custom-http-errors, and gets the requests of paths whose own Service has no endpoint, with X-Code 503.',
  standard: 'the built-in 404 page; 503 for a Service without endpoints',
  target: 'Route.policies: error-pages',
  onInvalid: 'reject',
  parse: matching(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a lower-case Service name'),
});

const disableInterception = annotation({
  key: 'disable-proxy-intercept-errors',
  risk: 'Low',
  values: 'true or false',
  effect: 'Leaves answers of backends as they are; custom-http-errors then replaces only answers that the proxy makes itself.',
  standard: 'false',
  target: 'Route.policies: error-pages',
  onInvalid: 'fallback',
  parse: bool,
});

/** Who answers when something went wrong. */
export const errorPagesGroup: AnnotationGroup = {
  name: 'error-pages',
  annotations: [customHttpErrors, defaultBackend, disableInterception],
  contribute,
};

function contribute(settings: IngressSettings, references: References): Contribution {
  const codes = settings.get(customHttpErrors) ?? [];
  const name = settings.get(defaultBackend);
  if (codes.length === 0 && name === undefined) return {};
  const backend = name === undefined ? undefined : backendOf(name, settings, references);
  const policy: ErrorPagesPolicy = {
    kind: 'error-pages',
    codes: [...new Set(codes)].toSorted((a, b) => a - b),
    ...(backend && { upstream: backend.id }),
    replacesUpstreams: settings.get(disableInterception) !== true,
    from: settings.from(codes.length > 0 ? customHttpErrors : defaultBackend),
  };
  const missing = name !== undefined && backend === undefined;
  const from = settings.from(defaultBackend);
  return {
    policies: [policy],
    ...(backend && { backends: [backend] }),
    ...(missing && {
      diagnostics: [diagnose('SLU1511', from, `there is no Service ${name} with a port; the annotation counts as absent`)],
    }),
  };
}

function backendOf(name: string, settings: IngressSettings, references: References): BackendRef | undefined {
  const { namespace } = settings.ingress.metadata;
  const port = references.service(`${namespace}/${name}`)?.spec.ports[0]?.port;
  if (port === undefined) return undefined;
  const from = settings.from(defaultBackend);
  return { id: `${namespace}/${name}:${port}`, namespace, service: name, port: String(port), from };
}

/** nginx has no page for 499 (`error_page`): nobody is there to get it. */
function errorStatus(text: string): Parsed<number> {
  const valid = /^[45]\d\d$/.test(text) && text !== '499';
  return valid ? { ok: true, value: Number(text) } : { ok: false, reason: 'it must be a status from 400 to 599 other than 499' };
}
