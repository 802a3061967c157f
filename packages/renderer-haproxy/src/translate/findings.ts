import { accessLines, diagnose, hashFindings, policyOf, sessionFindings } from '@sluice/core';
import type { Diagnostic, Origin, Route, RoutingModel } from '@sluice/core';
import { loggedHeaders } from './access-log.ts';
import { retriesOn429 } from './backend-class.ts';
import type { TranslatedHost } from './host-names.ts';

/** What HAProxy cannot do as asked, besides what the fidelity table says of annotations. */
export function findings(hosts: readonly TranslatedHost[], model: RoutingModel, version: string): readonly Diagnostic[] {
  return [
    ...hosts.flatMap(({ maps }) => maps.unreachable.map(({ from }) => tooLong(from))),
    ...(retriesOn429(version) ? [] : hosts.flatMap(({ host }) => untriedOnce(host.routes))),
    ...hashFindings(model),
    ...sessionFindings(model),
    ...hosts.flatMap(({ host }) => unknownMethods(host.routes)),
    ...unloggedHeaders(model.settings),
  ];
}

function unloggedHeaders({ accessLog, said }: RoutingModel['settings']): readonly Diagnostic[] {
  const [logged, wanted] = [loggedHeaders(accessLog), accessLines(accessLog).headers];
  const from = said.find(({ key }) => key === 'log-format-upstream')?.from;
  if (from === undefined || logged.length === wanted.length) return [];
  const rest = wanted.slice(logged.length).join(', ');
  return [diagnose('SLU1509', from, `lines have no more than ${logged.length} headers of a request: without ${rest.slice(0, 200)}`)];
}

function untriedOnce(routes: readonly Route[]): readonly Diagnostic[] {
  const policies = routes.flatMap((route) => policyOf(route, 'next-upstream') ?? []);
  const origins = policies.flatMap(({ on, from }) => (on.includes('http_429') ? from : []));
  return onceEach(origins, 'this HAProxy does not try again after 429: versions from 3.0 do');
}

/** Methods that HAProxy's own client has (`lua/sluice/authority.lua`). */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']);

function unknownMethods(routes: readonly Route[]): readonly Diagnostic[] {
  const policies = routes.flatMap((route) => policyOf(route, 'external-auth') ?? []);
  const origins = policies.flatMap(({ method = 'GET', from }) => (METHODS.has(method) ? [] : from));
  return onceEach(origins, 'the authentication service is asked by GET: HAProxy asks by GET, HEAD, POST, PUT and DELETE alone');
}

/** One for each annotation, though it may be of many routes. */
function onceEach(origins: readonly Origin[], message: string): readonly Diagnostic[] {
  return [...new Set(origins)].map((from) => diagnose('SLU1509', from, message));
}

function tooLong(from: Origin): Diagnostic {
  return diagnose('SLU1509', from, 'HAProxy takes no request whose path is that long');
}
