import { isKnownVariable } from '@sluice/core';
import type { Route, VariableText } from '@sluice/core';
import type { Argument } from '../render/directive.ts';

/** Variables whose nginx name is another one; the rest are nginx's own. */
const NAMES: Readonly<Record<string, string>> = {
  best_http_host: 'sluice_told_host',
  http_host: 'sluice_authority',
  binary_remote_addr: 'remote_addr',
  escaped_request_uri: 'sluice_escaped_request_uri',
  pass_access_scheme: 'sluice_told_scheme',
  req_id: 'sluice_request_id',
  request_id: 'sluice_request_id',
  service_name: 'sluice_service_name',
  service_port: 'sluice_service_port',
  the_real_ip: 'remote_addr',
};

/** Variables that are known only once the side of a canary is chosen. */
const OF_UPSTREAM: ReadonlySet<string> = new Set(['proxy_host', 'proxy_upstream_name', 'service_name', 'service_port']);

/**
 * Variables of a route that nginx has otherwise: the path before rewrites, also in requests that nginx makes itself; the name of the host, not
 * the first one of a server that hosts share.
 */
const OF_ROUTE: ReadonlyMap<string, string> = new Map([
  ['document_uri', 'sluice_uri'],
  ['server_name', 'sluice_server_name'],
  ['uri', 'sluice_uri'],
]);

/** A text of the model as a complex value of nginx; what is the same for every request of the route is filled in. */
export function complexValue(text: VariableText, route?: Route): Argument {
  return { kind: 'text', parts: text.flatMap((part) => (typeof part === 'string' ? [part] : filled(part.variable, route))) };
}

/** Whether a text needs to know the upstream that was chosen. */
export function namesUpstream(text: VariableText): boolean {
  return text.some((part) => typeof part !== 'string' && OF_UPSTREAM.has(part.variable));
}

/** Whether a text needs the target of the request with escapes. */
export function escapesTarget(text: VariableText): boolean {
  return text.some((part) => typeof part !== 'string' && part.variable === 'escaped_request_uri');
}

/** Whether a text of a route needs the name of its host. */
export function namesHost(text: VariableText): boolean {
  return text.some((part) => typeof part !== 'string' && OF_ROUTE.get(part.variable) === 'sluice_server_name');
}

/** Whether a text of a route needs the path of the request. */
export function namesPath(text: VariableText): boolean {
  return text.some((part) => typeof part !== 'string' && OF_ROUTE.get(part.variable) === 'sluice_uri');
}

function filled(name: string, route: Route | undefined): readonly (string | { readonly variable: string })[] {
  const { namespace, name: ingress } = route?.from.object ?? { namespace: '', name: '' };
  if (name === 'namespace') return [namespace];
  if (name === 'ingress_name') return [ingress];
  if (/^proxy_(?:host|upstream_name)$/.test(name)) return UPSTREAM_NAME;
  const own = route && OF_ROUTE.get(name);
  if (own !== undefined) return [{ variable: own }];
  return isEmpty(name) ? [''] : [{ variable: NAMES[name] ?? name }];
}

/** Groups of patterns mean something in snippets only; nginx has more variables than users may see, and refuses those that it does not have. */
function isEmpty(name: string): boolean {
  return /^[1-9]$/.test(name) || !isKnownVariable(name);
}

const UPSTREAM_NAME = [
  { variable: 'sluice_service_namespace' },
  '-',
  { variable: 'sluice_service_name' },
  '-',
  { variable: 'sluice_service_port' },
] as const;
