import type { Route } from '../model/route.ts';
import type { Upstream } from '../model/upstream.ts';
import type { VariableText } from '../model/variable-text.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import { canonicalHost } from './canonical-host.ts';
import { toldHost, toldScheme } from './forwarded.ts';
import { splitTarget } from './normalize-path.ts';
import type { RoutedRequest } from './request.ts';
import { serverNameOf } from './server-name.ts';

/** What the variables of nginx are read from. */
export interface VariableSource {
  readonly request: RoutedRequest;
  readonly host: VirtualHost;
  /** Absent while the request has none; so is the upstream. */
  readonly route?: Route;
  readonly upstream?: Upstream;
  /** Normalised path. */
  readonly path: string;
  /** 32 hexadecimal digits. */
  readonly requestId: string;
}

/** Several times what a request line may have: texts that name a variable a thousand times must not fill the memory. */
const LONGEST = 32_768;

/** The text with every variable replaced by its value for a request; one without a value is empty. What gets too long is cut off. */
export function expandVariables(text: VariableText, source: VariableSource): string {
  let expanded = '';
  for (const part of text) {
    expanded += typeof part === 'string' ? part : valueOf(part.variable, source);
    if (expanded.length > LONGEST) return expanded.slice(0, LONGEST);
  }
  return expanded;
}

function valueOf(name: string, source: VariableSource): string {
  const known = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  if (known !== undefined) return known(source);
  const { request } = source;
  if (name.startsWith('http_')) return request.header(name.slice('http_'.length).replaceAll('_', '-')) ?? '';
  if (name.startsWith('cookie_')) return cookieOf(request, name.slice('cookie_'.length)) ?? '';
  if (name.startsWith('arg_')) return argumentOf(request, name.slice('arg_'.length));
  return '';
}

const query = ({ request }: VariableSource): string => splitTarget(request.target).query.slice(1);

const READERS: Readonly<Record<string, (source: VariableSource) => string>> = {
  args: query,
  query_string: query,
  is_args: (source) => (query(source) === '' ? '' : '?'),
  host: ({ request, host }) => canonicalHost(request.host) ?? serverNameOf(host),
  http_host: ({ request }) => request.host,
  best_http_host: ({ request }) => toldHost(request),
  uri: ({ path }) => path,
  document_uri: ({ path }) => path,
  request_uri: ({ request }) => request.target,
  escaped_request_uri: ({ request }) => escapeUri(request.target),
  request_method: ({ request }) => request.method,
  scheme: schemeOf,
  pass_access_scheme: ({ request }) => toldScheme(request),
  remote_addr: ({ request }) => request.clientAddress,
  the_real_ip: ({ request }) => request.clientAddress,
  binary_remote_addr: ({ request }) => request.clientAddress,
  server_port: ({ request }) => String(request.port),
  server_name: ({ host }) => serverNameOf(host),
  request_id: ({ requestId }) => requestId,
  req_id: ({ requestId }) => requestId,
  namespace: ({ route }) => route?.from.object.namespace ?? '',
  ingress_name: ({ route }) => route?.from.object.name ?? '',
  service_name: ({ upstream }) => upstream?.service ?? '',
  service_port: ({ upstream }) => upstream?.port ?? '',
  proxy_upstream_name: upstreamName,
  proxy_host: upstreamName,
  content_type: ({ request }) => request.header('content-type') ?? '',
  content_length: ({ request }) => request.header('content-length') ?? '',
  proxy_add_x_forwarded_for: ({ request }) => {
    const before = request.header('x-forwarded-for') ?? '';
    return before === '' ? request.clientAddress : `${before}, ${request.clientAddress}`;
  },
};

function upstreamName({ upstream }: VariableSource): string {
  return upstream === undefined ? '' : `${upstream.namespace}-${upstream.service}-${upstream.port}`;
}

function schemeOf({ request }: VariableSource): string {
  return request.secure ? 'https' : 'http';
}

/** As `ngx.escape_uri`: everything but letters, digits and `-._~`, `!*'()` as percent escapes. */
export function escapeUri(text: string): string {
  return text.replace(/[^A-Za-z0-9\-._~!*'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** The value of a cookie of the request, the first of its name (RFC 6265 section 5.4); undefined when there is none. */
export function cookieOf(request: Pick<RoutedRequest, 'header'>, name: string): string | undefined {
  for (const pair of (request.header('cookie') ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}

function argumentOf(request: RoutedRequest, name: string): string {
  for (const pair of splitTarget(request.target).query.slice(1).split('&')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).toLowerCase() === name.toLowerCase()) return pair.slice(equals + 1);
  }
  return '';
}
