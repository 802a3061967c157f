import { endpointKey, policyOf } from '@sluice/core';
import type { Balancing, Endpoint, Route, Upstream } from '@sluice/core';
import { block, directive, literal, text, variable } from '../render/directive.ts';
import type { Argument, Directive } from '../render/directive.ts';
import type { Passing } from './passing.ts';
import { keptConnections, proxyPass, speechOf } from './proxy-pass.ts';
import type { Speech } from './proxy-pass.ts';
import { digestOfText } from './resources.ts';
import type { Resources } from './resources.ts';
import { stickyCookie, stickyKey } from './static-affinity.ts';
import { staticCanary } from './static-canary.ts';
import type { Surroundings } from './surroundings.ts';
import { upstreamParts } from './upstream-id.ts';
import { complexValue } from './variables.ts';

/** Passes a request without Lua: what is known of endpoints now is in the configuration. */
export function staticPassing(passed: Passing): readonly Directive[] {
  const upstream = passed.around.upstream(passed.upstream);
  return upstream === undefined || upstream.endpoints.length === 0 ? withoutEndpoints(passed) : withEndpoints(passed, upstream);
}

function withoutEndpoints(passed: Passing): readonly Directive[] {
  const { route, upstream: id, around, main = false } = passed;
  if (!main) return [directive('return', 404)];
  const pages = policyOf(route, 'error-pages');
  const standIn = pages?.upstream === undefined ? undefined : around.upstream(pages.upstream);
  if (standIn === undefined || standIn.endpoints.length === 0) return [directive('return', 503)];
  return [...standInTold(route, id), ...toEndpoints(passed, standIn)];
}

function withEndpoints(passed: Passing, upstream: Upstream): readonly Directive[] {
  const { route, around, main = false, rewrite = [] } = passed;
  if (!main) return toEndpoints(passed, upstream);
  const speech = speechOf(passed);
  const cookie = stickyCookie(route, upstream, around.resources);
  const side = staticCanary(
    upstream,
    (other) => around.upstream(other),
    (one) => poolName(speech, one, around),
    around.resources,
  );
  if (side === undefined) return [...cookie, ...toEndpoints(passed, upstream)];
  return [...cookie, ...rewrite, proxyPass(speech, side)];
}

function toEndpoints(passed: Passing, upstream: Upstream): readonly Directive[] {
  const { around, rewrite = [] } = passed;
  const speech = speechOf(passed);
  const named = upstream.endpoints.find(({ kind }) => kind === 'name');
  if (named === undefined) return [...rewrite, proxyPass(speech, text(poolName(speech, upstream, around)))];
  // A name in an `upstream` that does not resolve would be refused together with everything else.
  return [
    directive('set', variable('sluice_endpoint'), literal(endpointKey(named))),
    ...rewrite,
    proxyPass(speech, variable('sluice_endpoint')),
  ];
}

function standInTold(route: Route, id: string): readonly Directive[] {
  const pages = policyOf(route, 'error-pages');
  const { service, port } = upstreamParts(id);
  const set = (name: string, value: Argument): Directive => directive('set', variable(`sluice_in_${name}`), value);
  return [
    set('x_code', literal('503')),
    set('x_format', variable('http_accept')),
    set('x_namespace', literal(pages?.from.object.namespace ?? '')),
    set('x_ingress_name', literal(pages?.from.object.name ?? '')),
    set('x_service_name', literal(service)),
    set('x_service_port', literal(port)),
    directive('set', variable('sluice_again_request_id'), variable('sluice_request_id')),
  ];
}

/** The `upstream` of this upstream as it is spoken to; it is added where it is not there yet. */
function poolName({ protocol, tls }: Speech, upstream: Upstream, { resources, deployment }: Surroundings): string {
  const digest = digestOfText(`${upstream.id} ${protocol} ${tls?.id ?? ''}`).slice(0, 8);
  const name = `sluice_${upstream.id.replace(/[^A-Za-z0-9.-]/g, '_')}_${digest}`;
  resources.share(name, [
    {
      ...block('upstream', [name], [...body(upstream, resources), ...keptConnections(deployment)]),
      from: upstream.from,
      comment: upstream.id,
    },
  ]);
  return name;
}

function body(upstream: Upstream, resources: Resources): readonly Directive[] {
  const { endpoints, balancing, affinity } = upstream;
  const key =
    affinity === undefined ? balancingOf(balancing) : [directive('hash', variable(stickyKey(upstream, affinity, resources)), 'consistent')];
  return [...key, ...repeated(endpoints).map(server)];
}

/** As many tries as usual for a request to have as many: nginx asks each server of an `upstream` once. */
const USUAL_TRIES = 3;

function repeated(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return Array.from({ length: Math.ceil(USUAL_TRIES / endpoints.length) }, () => endpoints).flat();
}

function server(endpoint: Endpoint): Directive {
  return { ...directive('server', endpointKey(endpoint), 'max_fails=0'), from: endpoint.from };
}

function balancingOf(balancing: Balancing | undefined): readonly Directive[] {
  switch (balancing?.kind) {
    case 'hash':
      return [directive('hash', complexValue(balancing.key), 'consistent')];
    case 'ewma':
      return [directive('random', 'two', 'least_conn')];
    case 'round-robin':
    case undefined:
      return [];
  }
}
