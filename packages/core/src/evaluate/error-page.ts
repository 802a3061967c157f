import type { ErrorPagesPolicy } from '../model/policy/error-pages.ts';
import { policyOf } from '../model/policy/policy.ts';
import type { Route } from '../model/route.ts';
import type { Upstream } from '../model/upstream.ts';
import type { FindUpstream, RoutedPath } from './conclude.ts';
import type { HeaderEdit } from './header-edit.ts';
import type { Narrator } from './reason.ts';
import type { ForwardVerdict, RespondVerdict, Verdict } from './verdict.ts';

/** A request of a route with error pages. */
interface Paged extends RoutedPath {
  readonly pages: ErrorPagesPolicy;
  readonly find: FindUpstream;
}

/** What a default backend is told about an error: the values of its headers. */
export interface ErrorFacts {
  readonly code: number;
  /** The Accept header; undefined when there was none. */
  readonly accept: string | undefined;
  /** Target as sent, where the default backend gets another one. */
  readonly originalTarget?: string;
}

/** Header lines of the request that a default backend does not get: ingress-nginx sends it only what is about the error, and no body. */
export const errorPageOmits: readonly string[] = [
  'Connection',
  'Content-Length',
  'Expect',
  'Transfer-Encoding',
  'Upgrade',
  'X-Forwarded-Host',
  'X-Forwarded-Port',
  'X-Forwarded-Proto',
  'X-Forwarded-Scheme',
  'X-Original-Forwarded-For',
  'X-Original-Forwarded-Host',
  'X-Real-IP',
  'X-Scheme',
];

/** Looks for upstreams; the one of the route without endpoints is replaced by its default backend (ingress-nginx `default-backend`). */
export function findWithStandIn({ route }: RoutedPath, find: FindUpstream): FindUpstream {
  const pages = policyOf(route, 'error-pages');
  if (pages?.upstream === undefined || route.action.kind !== 'forward') return find;
  const own = route.action.upstream;
  return (id) => {
    const upstream = find(id);
    if (id !== own || hasEndpoints(upstream)) return upstream;
    return usable(pages, find) ?? upstream;
  };
}

/** A verdict with what the default backend of the route makes of it. */
export function withErrorPage(at: RoutedPath, verdict: Verdict, find: FindUpstream, tell: Narrator): Verdict {
  const pages = policyOf(at.route, 'error-pages');
  if (pages === undefined || verdict.kind === 'redirect') return verdict;
  if (tell !== undefined && (verdict.kind === 'forward' || verdict.counted === true)) tellPages(pages, find, tell);
  return verdict.kind === 'forward' ? standIn({ ...at, pages, find }, verdict, tell) : errorPage({ ...at, pages, find }, verdict, tell);
}

function tellPages(pages: ErrorPagesPolicy, find: FindUpstream, tell: NonNullable<Narrator>): void {
  const { codes, replacesUpstreams, from } = pages;
  if (codes.length === 0) return;
  const upstream = usable(pages, find);
  const whose = replacesUpstreams ? 'an endpoint or the proxy' : 'the proxy itself';
  const text = `${upstream?.id ?? 'the built-in default backend (404)'} makes the page where ${whose} answers ${codes.join(', ')}`;
  const outcome = upstream === undefined ? { statuses: [404] } : { upstream };
  tell({ step: 'upstream', text, from, unless: { step: 'error-pages', ...outcome } });
}

/** The upstream that makes the error page of a status; `built-in` stands for the built-in 404; undefined when the status is left alone. */
export function errorPageFor(pages: ErrorPagesPolicy | undefined, status: number, find: FindUpstream): Upstream | 'built-in' | undefined {
  if (pages?.codes.includes(status) !== true) return undefined;
  return usable(pages, find) ?? 'built-in';
}

/** The header lines that tell a default backend about an error. */
export function errorEdits(route: Route, find: FindUpstream, { code, accept, originalTarget }: ErrorFacts): readonly HeaderEdit[] {
  const failed = route.action.kind === 'forward' ? find(route.action.upstream) : undefined;
  const { namespace, name } = policyOf(route, 'error-pages')?.from.object ?? route.from.object;
  return [
    line('X-Code', String(code)),
    line('X-Format', accept ?? ''),
    ...(originalTarget === undefined ? [] : [line('X-Original-URI', originalTarget)]),
    line('X-Namespace', namespace),
    line('X-Ingress-Name', name),
    line('X-Service-Name', failed?.service ?? ''),
    line('X-Service-Port', failed?.port ?? ''),
  ];
}

function standIn({ request, route, pages, find }: Paged, verdict: ForwardVerdict, tell: Narrator): ForwardVerdict {
  const { action } = route;
  if (verdict.upstream.id !== pages.upstream || action.kind !== 'forward' || hasEndpoints(find(action.upstream))) return verdict;
  tell?.({ step: 'policy', text: `${verdict.upstream.id} stands in for ${action.upstream}, which has no endpoint`, from: pages.from });
  const told = errorEdits(route, find, { code: 503, accept: request.header('accept') });
  // Sent a second time, as ingress-nginx does.
  const again: HeaderEdit = { op: 'add', name: 'X-Request-ID', value: request.requestId };
  return { ...verdict, requestEdits: [...(verdict.requestEdits ?? []), ...told, again] };
}

/** The built-in page is another location of nginx: what the route adds to its answers is not for it. */
function errorPage({ host, route, pages, find }: Paged, verdict: RespondVerdict, tell: Narrator): Verdict {
  const { status, counted } = verdict;
  const upstream = errorPageFor(pages, status, find);
  if (upstream === undefined) return verdict;
  if (upstream === 'built-in') {
    const because = `the built-in default backend answers for ${status}`;
    tell?.({ step: 'answer', text: `404: ${because}`, from: pages.from });
    return { kind: 'respond', host, route, status: 404, because, ...(counted && { counted }) };
  }
  tell?.({ step: 'upstream', text: `the page for ${status} comes from ${upstream.id}`, from: pages.from });
  return { kind: 'forward', host, route, upstream, rewritten: { target: '/' }, errorPage: status, ...(counted && { counted }) };
}

function usable({ upstream }: ErrorPagesPolicy, find: FindUpstream): Upstream | undefined {
  const found = upstream === undefined ? undefined : find(upstream);
  return hasEndpoints(found) ? found : undefined;
}

function hasEndpoints(upstream: Upstream | undefined): boolean {
  return upstream !== undefined && upstream.endpoints.length > 0;
}

/** nginx sends no header with an empty value, and nothing that the client sent under its name. */
function line(name: string, value: string): HeaderEdit {
  return value === '' ? { op: 'remove', name, value } : { op: 'set', name, value };
}
