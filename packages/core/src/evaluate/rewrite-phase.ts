import { policyOf } from '../model/policy/policy.ts';
import type { SnippetPolicy } from '../model/policy/snippet.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import type { FindUpstream, RoutedPath } from './conclude.ts';
import { corsAnswer } from './cors.ts';
import type { VariableSource } from './expand-variables.ts';
import { describeEdits } from './header-edit.ts';
import type { HeaderEdit } from './header-edit.ts';
import type { Narrator } from './reason.ts';
import type { RoutedRequest } from './request.ts';
import { SnippetRun } from './snippet.ts';
import type { Verdict } from './verdict.ts';

/** What is done to a request and its answer before it is sent anywhere. */
export interface RewritePhase {
  /** An answer that ends it. */
  readonly verdict?: Verdict;
  readonly responseEdits: readonly HeaderEdit[];
  readonly requestEdits: readonly HeaderEdit[];
  /** The request as it goes on. */
  readonly at: RoutedPath;
}

/** What a route does before its own redirect: CORS, then its snippet. */
export function rewritePhase(at: RoutedPath, find: FindUpstream, tell: Narrator): RewritePhase {
  const cors = corsPhase(at, tell);
  const policy = policyOf(at.route, 'snippet');
  if (cors.verdict !== undefined || policy === undefined) return cors;
  const run = new SnippetRun(sourceOf(at, find)).run(policy.steps);
  tellRun(run, policy, tell);
  const verdict = answerOf(run, at, policy, tell);
  const changed = { last: run.stopped, ...(run.rewritten && { target: run.rewritten.target }) };
  return {
    ...(verdict && { verdict }),
    responseEdits: [...cors.responseEdits, ...run.responseEdits],
    requestEdits: run.requestEdits,
    at: run.stopped || run.rewritten !== undefined ? { ...at, path: run.rewritten?.path ?? at.path, changed } : at,
  };
}

/** What the snippet of a host answers before a route is looked for; undefined when it lets the request go on. */
export function hostSnippet(request: RoutedRequest, host: VirtualHost, path: string, tell: Narrator): Verdict | undefined {
  const { snippet } = host;
  if (snippet === undefined) return undefined;
  const run = new SnippetRun({ request, host, path, requestId: request.requestId }).run(snippet.steps);
  const verdict = answerOf(run, { host }, snippet, tell);
  return verdict && withResponseEdits(verdict, run.responseEdits);
}

/** The verdict with further edits of the headers that the client gets. */
export function withResponseEdits(verdict: Verdict, edits: readonly HeaderEdit[]): Verdict {
  return edits.length === 0 ? verdict : { ...verdict, responseEdits: [...(verdict.responseEdits ?? []), ...edits] };
}

/** The verdict with what the rewrite phase has collected. */
export function withPhase(verdict: Verdict, { responseEdits, requestEdits }: RewritePhase): Verdict {
  const edited = withResponseEdits(verdict, responseEdits);
  return edited.kind === 'forward' && requestEdits.length > 0 ? { ...edited, requestEdits } : edited;
}

/** What variables of texts are read from. */
export function sourceOf({ request, host, route, path }: RoutedPath, find: FindUpstream): VariableSource {
  const upstream = route.action.kind === 'forward' ? find(route.action.upstream) : undefined;
  return { request, host, route, path, requestId: request.requestId, ...(upstream && { upstream }) };
}

function corsPhase(at: RoutedPath, tell: Narrator): RewritePhase {
  const nothing = { responseEdits: [], requestEdits: [], at };
  const cors = policyOf(at.route, 'cors');
  if (cors === undefined) return nothing;
  const answer = corsAnswer(cors, at.request);
  if (answer === undefined) {
    tell?.({ step: 'policy', text: 'CORS: the origin of the request is not allowed, no headers are added', from: cors.from });
    return nothing;
  }
  tell?.({ step: 'policy', text: `CORS: the client gets ${describeEdits(answer.edits)}`, from: cors.from });
  if (!answer.preflight) return { ...nothing, responseEdits: answer.edits };
  tell?.({ step: 'answer', text: '204: a CORS preflight', from: cors.from });
  const verdict: Verdict = { kind: 'respond', host: at.host, route: at.route, status: 204, because: 'a CORS preflight' };
  return { ...nothing, verdict, responseEdits: answer.edits };
}

function answerOf(
  { answer }: SnippetRun,
  { host, route }: Partial<Pick<RoutedPath, 'route'>> & Pick<RoutedPath, 'host'>,
  { from }: Pick<SnippetPolicy, 'from'>,
  tell: Narrator,
): Verdict | undefined {
  if (answer === undefined) return undefined;
  const where = { host, ...(route && { route }) };
  const because = 'a snippet answers';
  tell?.({
    step: 'answer',
    text: answer.kind === 'redirect' ? `${answer.status} to ${answer.location}` : `${answer.status}: ${because}`,
    from,
  });
  return answer.kind === 'redirect' ? { ...answer, ...where } : { ...answer, ...where, because };
}

function tellRun({ told }: SnippetRun, { from }: SnippetPolicy, tell: Narrator): void {
  if (told.length > 0) tell?.({ step: 'policy', text: `the snippet: ${told.join(', ')}`, from });
}
