import { hostname } from 'node:os';
import { canonicalHost } from '../../evaluate/canonical-host.ts';
import { normalizePath, splitTarget } from '../../evaluate/normalize-path.ts';
import type { RouteLabels } from '../../model/route-labels.ts';
import { LogTime, logSeconds } from './log-time.ts';
import { upstreamName } from './request-labels.ts';
import type { RequestRecord, UpstreamTry } from './request-record.ts';
import { binaryText } from '../../binary-text.ts';

/** The value of a variable in a line of the access log; undefined where the request has none. */
export type LogVariable = (record: RequestRecord) => string | undefined;

const time = new LogTime();

/** How long something took; nothing where it did not happen. */
const took = (ms: number): string => (ms < 0 ? '-' : logSeconds(ms));

/** Every try's value, as nginx joins them. */
function ofTries(tell: (one: UpstreamTry) => string): LogVariable {
  return ({ tries }) => {
    const [first] = tries;
    if (first === undefined) return undefined;
    if (tries.length === 1) return tell(first);
    return tries.map((one, index) => (index === 0 ? '' : one.another ? ' : ' : ', ') + tell(one)).join('');
  };
}

/** The user of basic authentication (RFC 7617); undefined where the header does not name one. */
export function basicUser(authorization: string): string | undefined {
  const credentials = /^basic +(\S+)/i.exec(authorization)?.[1];
  if (credentials === undefined) return undefined;
  const decoded = Buffer.from(credentials, 'base64').toString('latin1');
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : decoded.slice(0, colon);
}

function queryOf({ target }: RequestRecord): string | undefined {
  const at = target.indexOf('?');
  return at < 0 ? undefined : target.slice(at + 1).split('#', 1)[0];
}

/** What nginx writes as `$upstream_addr` and what belongs to it has the same number of values. */
const variables: Readonly<Record<string, LogVariable>> = {
  args: queryOf,
  body_bytes_sent: ({ bodyBytes }) => String(bodyBytes),
  bytes_sent: ({ sentBytes }) => String(sentBytes),
  host: ({ authority }) => (authority === '' ? '_' : (canonicalHost(authority) ?? authority)),
  hostname: () => hostname(),
  https: ({ secure }) => (secure ? 'on' : ''),
  ingress_name: ({ labels }) => labels?.ingress ?? '',
  is_args: (record) => (queryOf(record) === undefined ? '' : '?'),
  location_path: ({ labels }) => binaryText(labels?.path ?? ''),
  msec: ({ endMs }) => logSeconds(endMs),
  namespace: ({ labels }) => labels?.namespace ?? '',
  pid: () => String(process.pid),
  proxy_alternative_upstream_name: ({ canary }) => canary,
  proxy_host: ({ tries }) => (tries.length === 0 ? undefined : 'upstream_balancer'),
  proxy_upstream_name: ({ host, labels }) => proxyUpstreamName(host, labels),
  query_string: queryOf,
  remote_addr: ({ clientAddress }) => clientAddress,
  remote_port: ({ clientPort }) => String(clientPort),
  remote_user: ({ remoteUser }) => remoteUser,
  req_id: ({ requestId }) => requestId,
  request: ({ method, target, protocol }) => (method === '' ? '' : `${method} ${target}${protocol === '' ? '' : ' '}${protocol}`),
  request_id: ({ requestId }) => requestId,
  request_length: ({ requestBytes }) => String(requestBytes),
  request_method: ({ method }) => method || undefined,
  request_time: ({ durationMs }) => logSeconds(durationMs),
  request_uri: ({ target }) => target,
  scheme: ({ secure }) => (secure ? 'https' : 'http'),
  server_name: ({ host }) => (host === '*' || host === '' ? '_' : host),
  server_port: ({ serverPort }) => String(serverPort),
  server_protocol: ({ protocol }) => protocol,
  service_name: ({ labels }) => labels?.service ?? '',
  service_port: ({ labels }) => labels?.port ?? '',
  status: ({ status }) => (status < 100 ? String(status).padStart(3, '0') : String(status)),
  the_real_ip: ({ clientAddress }) => clientAddress,
  time_iso8601: ({ endMs }) => time.iso(endMs),
  time_local: ({ endMs }) => time.local(endMs),
  upstream_addr: ofTries(({ address }) => address),
  upstream_connect_time: ofTries(({ connectMs }) => took(connectMs)),
  upstream_header_time: ofTries(({ headerMs }) => took(headerMs)),
  upstream_response_length: ofTries(({ bodyBytes }) => String(bodyBytes)),
  upstream_response_time: ofTries(({ responseMs }) => took(responseMs)),
  upstream_status: ofTries(({ status }) => (status === 0 ? '-' : String(status))),
  uri: ({ target }) => normalizePath(splitTarget(target).path) ?? target,
};

/** As `$proxy_upstream_name` of ingress-nginx; `host` is empty where a request was refused before its host was known. */
function proxyUpstreamName(host: string, labels: RouteLabels | undefined): string {
  if (labels === undefined || labels.service === '') return host === '' ? '' : 'upstream-default-backend';
  return upstreamName(labels);
}

/** Variables whose values are numbers, times, addresses and names of Kubernetes: nothing in them is ever escaped. */
const PLAIN: ReadonlySet<string> = new Set([
  'body_bytes_sent',
  'bytes_sent',
  'ingress_name',
  'msec',
  'namespace',
  'proxy_alternative_upstream_name',
  'proxy_upstream_name',
  'remote_addr',
  'remote_port',
  'request_length',
  'request_time',
  'scheme',
  'server_port',
  'service_name',
  'status',
  'time_iso8601',
  'time_local',
  'upstream_addr',
  'upstream_connect_time',
  'upstream_header_time',
  'upstream_response_length',
  'upstream_response_time',
  'upstream_status',
]);

/** Whether nothing that clients or authors of Ingresses write gets into the value. */
export function isPlainVariable(name: string): boolean {
  return PLAIN.has(name);
}

/** Names of all variables that a format may have besides `http_NAME`, `cookie_NAME` and `arg_NAME`, sorted. */
export const logVariableNames: readonly string[] = Object.keys(variables);

/** The request header that a variable reads, in lower case. */
export function headerOfVariable(name: string): string | undefined {
  if (name.startsWith('cookie_')) return 'cookie';
  return name.startsWith('http_') ? name.slice('http_'.length).replaceAll('_', '-').toLowerCase() : undefined;
}

/** Whether something is known of a variable: other names are written as a value that is missing. */
export function isLogVariable(name: string): boolean {
  return logVariable(name) !== undefined;
}

/** Undefined for a variable that nothing is known of. */
export function logVariable(name: string): LogVariable | undefined {
  if (Object.hasOwn(variables, name)) return variables[name];
  const header = headerOfVariable(name);
  if (name.startsWith('cookie_')) return (record) => pairOf(record.header('cookie'), /; */, name.slice('cookie_'.length));
  if (name.startsWith('arg_')) return (record) => pairOf(queryOf(record), /&/, name.slice('arg_'.length));
  return header === undefined ? undefined : (record) => record.header(header);
}

/** The first `name=value` of a list. */
function pairOf(list: string | undefined, separator: RegExp, name: string): string | undefined {
  const pair = list?.split(separator).find((one) => one.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}
