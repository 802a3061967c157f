import { policyOf } from '@sluice/core';
import type { BackendProtocolPolicy, UpstreamTls } from '@sluice/core';
import { directive } from '../render/directive.ts';
import type { Argument, Directive } from '../render/directive.ts';
import type { Passing } from './passing.ts';
import type { Deployment } from './surroundings.ts';

/** How endpoints are spoken to. */
export interface Speech {
  readonly protocol: BackendProtocolPolicy['protocol'] | 'http';
  readonly tls?: UpstreamTls;
}

/** As the route says; whoever is asked for an error page only is not spoken to with TLS, as with ingress-nginx. */
export function speechOf({ route, main = false }: Passing): Speech {
  if (!main) return { protocol: 'http' };
  const tls = policyOf(route, 'upstream-tls')?.tls;
  return { protocol: policyOf(route, 'backend-protocol')?.protocol ?? 'http', ...(tls && { tls }) };
}

/** Passes a request to the pool of a name. */
export function proxyPass({ protocol }: Speech, pool: Argument): Directive {
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
