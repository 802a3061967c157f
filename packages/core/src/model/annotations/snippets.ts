import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { Policy } from '../policy/policy.ts';
import { readZones } from '../snippet/limit-directive.ts';
import type { RequestZones } from '../snippet/limit-directive.ts';
import { readSnippet } from '../snippet/read-snippet.ts';
import type { ReadSnippet } from '../snippet/read-snippet.ts';
import { annotation } from './annotation.ts';
import type { Annotation, Parsed } from './annotation.ts';
import type { AnnotationGroup, Contribution, References } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';

const UNDERSTOOD =
  'add_header, more_set_headers, more_clear_headers, more_set_input_headers, more_clear_input_headers, proxy_set_header, proxy_hide_header, return, rewrite, break, limit_req (with a zone by client address in the http-snippet of the ConfigMap ingress-nginx/ingress-nginx-controller), and if with tests of variables';

const whole = (text: string): Parsed<string> => ({ ok: true, value: text });

const snippet = (key: string, effect: string, target: string): Annotation<string> & ReturnType<typeof annotation<string>> =>
  annotation({ key, risk: 'Critical', values: 'nginx directives', effect, standard: 'none', target, onInvalid: 'fallback', parse: whole });

const configurationSnippet = snippet(
  'configuration-snippet',
  `Directives for the paths of the Ingress, read into typed settings: ${UNDERSTOOD}. Every other directive is refused by name.`,
  'Route.policies: snippet',
);

const serverSnippet = snippet(
  'server-snippet',
  `Directives for the host, of the oldest Ingress that has any: ${UNDERSTOOD}, and locations that answer by themselves. Every other directive is refused by name.`,
  'VirtualHost.snippet',
);

const authSnippet = snippet('auth-snippet', 'Directives for the authentication request: recognised, and refused by name.', 'nothing');

const streamSnippet = snippet('stream-snippet', 'Directives for TCP and UDP: recognised, and refused by name.', 'nothing');

/** nginx directives. */
export const snippetsGroup: AnnotationGroup = {
  name: 'snippets',
  annotations: [configurationSnippet, serverSnippet, authSnippet, streamSnippet],
  contribute,
};

/** The ConfigMap that the chart of ingress-nginx makes, where no other one is named: its `http-snippet` may define zones. */
const CONTROLLER = 'ingress-nginx/ingress-nginx-controller';

function contribute(settings: IngressSettings, references: References): Contribution {
  const diagnostics: Diagnostic[] = [];
  const location = read(settings, configurationSnippet, { place: 'location', zones: zonesFor(settings, references) }, diagnostics);
  const server = read(settings, serverSnippet, { place: 'server' }, diagnostics);
  for (const key of [authSnippet, streamSnippet]) refuseAll(settings, key, diagnostics);
  const denied = [location, server].find((found) => found?.denied !== undefined);
  const policies = location === undefined ? [] : [...stepsOf(location), ...limitOf(settings, location, diagnostics)];
  return {
    diagnostics,
    policies,
    ...(server && { host: { snippet: { steps: server.steps, locations: server.locations, from: server.from } } }),
    ...(denied?.denied !== undefined && { denied: { because: denied.denied, from: denied.from } }),
  };
}

/** The ConfigMap is looked at only where a snippet limits requests. */
function zonesFor(settings: IngressSettings, references: References): RequestZones {
  const limits = settings.get(configurationSnippet)?.includes('limit_req') === true;
  return readZones((limits ? references.configMap(settings.global.configMap ?? CONTROLLER)?.data['http-snippet'] : undefined) ?? '');
}

function stepsOf({ steps, from }: Found): readonly Policy[] {
  return steps.length === 0 ? [] : [{ kind: 'snippet', steps, from }];
}

function limitOf(settings: IngressSettings, { limit, from }: Found, diagnostics: Diagnostic[]): readonly Policy[] {
  if (limit === undefined) return [];
  const { rateLimit: rateStatus, connectionLimit: connectionStatus } = settings.global.rules.statuses;
  if (!['limit-rps', 'limit-rpm', 'limit-connections'].some((key) => settings.has({ key })))
    return [{ kind: 'limit', ...limit, rateStatus, connectionStatus, exempt: [], from }];
  diagnostics.push(diagnose('SLU1508', from, 'limit_req: the limits of annotations hold instead'));
  return [];
}

type Found = ReadSnippet & { readonly from: ReturnType<IngressSettings['from']> };

function read(
  settings: IngressSettings,
  key: Annotation<string>,
  { place, zones }: { readonly place: 'location' | 'server'; readonly zones?: RequestZones },
  diagnostics: Diagnostic[],
): Found | undefined {
  const text = settings.get(key);
  if (text === undefined) return undefined;
  const from = settings.from(key);
  const found = readSnippet(text, place, zones);
  diagnostics.push(
    ...found.refused.map((sentence) => diagnose('SLU1508', from, sentence)),
    ...found.notes.map((sentence) => diagnose('SLU1509', from, sentence)),
    ...(found.denied === undefined ? [] : [diagnose('SLU1506', from, `${found.denied}; its paths answer 503`)]),
  );
  return { ...found, from };
}

function refuseAll(settings: IngressSettings, key: Annotation<string>, diagnostics: Diagnostic[]): void {
  if (settings.has(key)) diagnostics.push(diagnose('SLU1508', settings.from(key), `${key.key} has no effect here; use annotations`));
}
