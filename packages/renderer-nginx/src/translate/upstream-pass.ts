import { policyOf } from '@sluice/core';
import type { UpstreamTls } from '@sluice/core';
import { directive, literal, luaBlock, block, text, variable } from '../render/directive.ts';
import type { Argument, Directive } from '../render/directive.ts';
import type { Passing } from './passing.ts';
import { keptConnections, partsOf, proxyPass, speechOf } from './proxy-pass.ts';
import type { Speech } from './proxy-pass.ts';
import { hasStandIn } from './request-headers.ts';
import { staticPassing } from './static-upstream.ts';
import { isLive } from './surroundings.ts';
import type { Deployment, Surroundings } from './surroundings.ts';

/** Passes the request to an endpoint of an upstream. */
export function passing(passed: Passing): readonly Directive[] {
  const { around, rewrite = [] } = passed;
  if (!isLive(around.deployment)) return staticPassing(passed);
  const speech = speechOf(passed);
  const pool = poolOf(speech, around);
  if (passed.retargets !== true) return [...choice(passed), ...rewrite, proxyPass(speech, pool)];
  const target = { kind: 'text', parts: [...partsOf(pool), { variable: 'sluice_target' }] } as const;
  return [directive('set', variable('sluice_target'), literal('')), ...choice(passed), ...rewrite, proxyPass(speech, target)];
}

/** What Lua needs to choose an endpoint (`lua/sluice/route.lua`, `balance.lua`). */
function choice({ route, upstream, main = false }: Passing): readonly Directive[] {
  const set = (name: string, value: string): Directive => directive('set', variable(`sluice_${name}`), literal(value));
  const pages = policyOf(route, 'error-pages');
  const cookie = policyOf(route, 'session-cookie');
  const next = policyOf(route, 'next-upstream');
  if (!main) return [set('upstream', upstream), set('cookie_path', ''), set('stand_in', '')];
  return [
    set('upstream', upstream),
    ...(cookie === undefined ? [] : [set('cookie_path', cookie.path)]),
    ...(next === undefined ? [] : [set('tries', String(next.tries))]),
    ...(hasStandIn(route) && pages?.upstream !== undefined
      ? [set('stand_in', pages.upstream), set('page_namespace', pages.from.object.namespace), set('page_ingress', pages.from.object.name)]
      : []),
  ];
}

/** Idle connections are told apart by address only: what is spoken to endpoints must be the same within a pool. */
function poolOf({ protocol, tls }: Speech, { resources, deployment }: Surroundings): Argument {
  if (protocol === 'http') return text('sluice');
  const name = protocol === 'as-client' ? text('sluice_', { variable: 'scheme' }, suffixOf(tls)) : text(`sluice_https${suffixOf(tls)}`);
  resources.share(`sluice_https${suffixOf(tls)}`, [livePool(`sluice_https${suffixOf(tls)}`, deployment)]);
  if (protocol === 'as-client') resources.share(`sluice_http${suffixOf(tls)}`, [livePool(`sluice_http${suffixOf(tls)}`, deployment)]);
  return name;
}

function suffixOf(tls: UpstreamTls | undefined): string {
  return tls === undefined ? '' : `_${tls.id.slice(0, 32)}`;
}

/** An `upstream` whose endpoints come from shared memory. */
export function livePool(name: string, deployment: Deployment): Directive {
  return block(
    'upstream',
    [name],
    [
      directive('server', '0.0.0.1'),
      luaBlock('balancer_by_lua_block', 'require("sluice.balance").balance()'),
      ...keptConnections(deployment),
    ],
  );
}
