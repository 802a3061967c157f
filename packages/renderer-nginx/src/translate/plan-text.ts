import type { Route, VariableText, VirtualHost } from '@sluice/core';

/** A text whose variables Lua fills in (`lua/sluice/plan_text.lua`): a binary string is a literal, a list holds the name of a variable. */
export type PlanText = readonly (string | readonly [variable: string])[];

/** Where a text stands: what is the same for every request is filled in at once. */
export interface TextPlace {
  readonly host: VirtualHost;
  /** Absent in the snippet of a host before a route is looked for. */
  readonly route?: Route;
  /** The texts know the upstream of the route. */
  readonly upstream?: boolean;
}

/** A text as Lua gets it. Equal meaning gives equal plans: neighbouring literals are one. */
export function planText(text: VariableText, place: TextPlace): PlanText {
  const parts: (string | readonly [string])[] = [];
  for (const part of text) {
    const known = typeof part === 'string' ? part : fixed(part.variable, place);
    const last = parts.at(-1);
    if (known === undefined && typeof part !== 'string') parts.push([part.variable]);
    else if (typeof last === 'string') parts[parts.length - 1] = last + (known ?? '');
    else if (known !== '') parts.push(known ?? '');
  }
  return parts;
}

/** The value of a variable that no request changes; undefined for any other. */
function fixed(name: string, { host, route, upstream = false }: TextPlace): string | undefined {
  const named = upstream ? upstreamName(route) : undefined;
  switch (name) {
    case 'server_name':
      return host.name;
    case 'namespace':
      return route?.from.object.namespace ?? '';
    case 'ingress_name':
      return route?.from.object.name ?? '';
    case 'service_name':
      return named?.[1] ?? '';
    case 'service_port':
      return named?.[2] ?? '';
    case 'proxy_upstream_name':
    case 'proxy_host':
      return named?.join('-') ?? '';
    default:
      return undefined;
  }
}

/** Namespace, Service and port of the upstream of a route, which its id is made of. */
function upstreamName(route: Route | undefined): readonly string[] | undefined {
  return route?.action.kind === 'forward' ? /^([^/]*)\/(.*):([^:]*)$/.exec(route.action.upstream)?.slice(1) : undefined;
}
