import { policyOf } from '../model/policy/policy.ts';
import type { Route } from '../model/route.ts';
import type { RoutedPath } from './conclude.ts';
import { expandVariables } from './expand-variables.ts';
import type { VariableSource } from './expand-variables.ts';
import { describeEdits } from './header-edit.ts';
import type { HeaderEdit } from './header-edit.ts';
import type { Narrator } from './reason.ts';
import { SnippetRun } from './snippet.ts';
import { withResponseEdits } from './rewrite-phase.ts';
import type { ForwardVerdict, Verdict } from './verdict.ts';

/** The verdict with what the policies of its route say about header lines, for the client and for the upstream. */
export function withHeaderPolicies(at: RoutedPath, verdict: Verdict, tell: Narrator): Verdict {
  if (at.route.policies.length === 0) return verdict;
  const ofHost = hostHeaders(at, tell);
  const answered = withResponseEdits(verdict, [...responseHeaders(at.route, tell), ...ofHost.responseEdits]);
  if (answered.kind !== 'forward' || answered.errorPage !== undefined) return answered;
  tellRewrites(at.route, tell);
  const edits = [...requestHeaders(at, answered, tell), ...ofHost.requestEdits];
  return edits.length === 0 ? answered : { ...answered, requestEdits: [...edits, ...(answered.requestEdits ?? [])] };
}

/** A refused route gives no headers. */
function responseHeaders(route: Route, tell: Narrator): readonly HeaderEdit[] {
  if (route.action.kind === 'refuse') return [];
  return route.policies
    .filter((policy) => policy.kind === 'response-headers')
    .flatMap(({ lines, from }) => {
      const edits = lines.map(({ name, value }): HeaderEdit => ({ op: 'set', name, value }));
      tell?.({ step: 'policy', text: `the client gets ${describeEdits(edits)}`, from });
      return edits;
    });
}

function requestHeaders({ request, host, route, path }: RoutedPath, { upstream }: ForwardVerdict, tell: Narrator): readonly HeaderEdit[] {
  const [name, connection] = [policyOf(route, 'upstream-host'), policyOf(route, 'upstream-connection')];
  const edits: HeaderEdit[] = [];
  if (name !== undefined) {
    const value = expandVariables(name.host, { request, host, route, upstream, path, requestId: request.requestId });
    tell?.({ step: 'policy', text: `the upstream gets Host: ${value}`, from: name.from });
    edits.push({ op: 'set', name: 'Host', value });
  }
  if (connection !== undefined) {
    tell?.({ step: 'policy', text: `the upstream gets Connection: ${connection.value}`, from: connection.from });
    edits.push({ op: 'set', name: 'Connection', value: connection.value });
  }
  edits.push(...ofSettings({ request, host, route, upstream, path, requestId: request.requestId }, tell));
  return edits;
}

/** Lines that settings of all routes add. */
function ofSettings(source: VariableSource & Pick<RoutedPath, 'route'>, tell: Narrator): readonly HeaderEdit[] {
  return source.route.policies
    .filter((policy) => policy.kind === 'request-headers')
    .flatMap(({ lines, from }) => {
      const edits = lines.flatMap(({ op, name, value }) => editOf(op, name, expandVariables(value, source)));
      tell?.({ step: 'policy', text: `the upstream gets ${describeEdits(edits)}`, from });
      return edits;
    });
}

/** Nothing is sent without a value. */
function editOf(op: 'set' | 'add', name: string, value: string): readonly HeaderEdit[] {
  if (value !== '') return [{ op, name, value }];
  return op === 'set' ? [{ op: 'remove', name, value }] : [];
}

interface HostEdits {
  readonly responseEdits: readonly HeaderEdit[];
  readonly requestEdits: readonly HeaderEdit[];
}

/** The header lines of the server snippet. */
function hostHeaders({ request, host, route, path }: RoutedPath, tell: Narrator): HostEdits {
  const policy = policyOf(route, 'host-headers');
  if (policy === undefined) return { responseEdits: [], requestEdits: [] };
  const run = new SnippetRun({ request, host, route, path, requestId: request.requestId }).run(policy.steps);
  tell?.({ step: 'policy', text: `the snippet of the host: ${run.told.join(', ')}`, from: policy.from });
  return run;
}

/** These change what the upstream answers, which nobody knows yet. */
function tellRewrites(route: Route, tell: Narrator): void {
  if (tell === undefined) return;
  for (const { kind, header } of REWRITES) {
    const policy = policyOf(route, kind);
    if (policy === undefined) continue;
    const { find, replacement } = policy;
    tell({
      step: 'policy',
      text: `${header} of the answer: ${find.kind === 'prefix' ? find.text : find.pattern} becomes ${replacement}`,
      from: policy.from,
    });
  }
}

const REWRITES = [
  { kind: 'location-rewrite', header: 'Location and Refresh' },
  { kind: 'cookie-domain', header: 'Domain of Set-Cookie' },
  { kind: 'cookie-path', header: 'Path of Set-Cookie' },
] as const;
