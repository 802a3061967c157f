import { policyOf } from '@sluice/core';
import type { Route } from '@sluice/core';
import { directive } from '../render/directive.ts';
import type { Argument, Directive } from '../render/directive.ts';
import type { Deployment } from './surroundings.ts';

/** Passes a request to the pool of a name, as the route speaks to endpoints. */
export function proxyPass(route: Route, pool: Argument): Directive {
  const protocol = policyOf(route, 'backend-protocol')?.protocol;
  const scheme = protocol === 'as-client' ? [{ variable: 'scheme' }, '://'] : [protocol === 'https' ? 'https://' : 'http://'];
  return directive('proxy_pass', { kind: 'text', parts: [...scheme, ...partsOf(pool)] });
}

/** The pieces of a complex value. */
export function partsOf(argument: Argument): readonly (string | { readonly variable: string })[] {
  return argument.kind === 'text' ? argument.parts : [argument.text];
}

/** Idle connections to endpoints. */
export function keptConnections({ settings: { keepAlive } }: Deployment): readonly Directive[] {
  if (keepAlive.upstreamConnections === 0) return [];
  return [
    directive('keepalive', keepAlive.upstreamConnections),
    directive('keepalive_timeout', `${keepAlive.upstreamMs}ms`),
    directive('keepalive_requests', keepAlive.upstreamRequests),
    ...(keepAlive.upstreamLifeMs === undefined ? [] : [directive('keepalive_time', `${keepAlive.upstreamLifeMs}ms`)]),
  ];
}
