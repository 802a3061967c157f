import { serverNameOf } from '../../evaluate/server-name.ts';
import type { Route } from '../../model/route.ts';
import type { VariableText } from '../../model/variable-text.ts';
import type { VirtualHost } from '../../model/virtual-host.ts';

/** A text whose variables Lua fills in (`lua/sluice/text.lua`): a binary string is a literal, a list holds the name of a variable. */
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
function fixed(name: string, place: TextPlace): string | undefined {
  return Object.hasOwn(FIXED, name) ? FIXED[name]?.(place) : undefined;
}

const FIXED: Readonly<Record<string, (place: TextPlace) => string>> = {
  server_name: ({ host }) => serverNameOf(host),
  namespace: ({ route }) => route?.from.object.namespace ?? '',
  ingress_name: ({ route }) => route?.from.object.name ?? '',
  service_name: (place) => upstreamName(place)[1] ?? '',
  service_port: (place) => upstreamName(place)[2] ?? '',
  proxy_upstream_name: (place) => upstreamName(place).join('-'),
  proxy_host: (place) => upstreamName(place).join('-'),
};

/** Namespace, Service and port of the upstream of a route, which its id is made of. */
function upstreamName({ route, upstream = false }: TextPlace): readonly string[] {
  if (!upstream || route?.action.kind !== 'forward') return [];
  return /^([^/]*)\/(.*):([^:]*)$/.exec(route.action.upstream)?.slice(1) ?? [];
}
