import { policyOf } from '../model/policy/policy.ts';
import type { RoutedPath } from './conclude.ts';
import { corsAnswer } from './cors.ts';
import type { HeaderEdit } from './header-edit.ts';
import type { Narrator } from './reason.ts';
import type { RespondVerdict, Verdict } from './verdict.ts';

/** What is done to a request and its answer before it is sent anywhere. */
export interface RewritePhase {
  /** An answer that ends it. */
  readonly verdict?: Verdict;
  readonly responseEdits: readonly HeaderEdit[];
}

/** What a route does between its own redirect and the redirect to HTTPS: CORS. */
export function rewritePhase(at: RoutedPath, tell: Narrator): RewritePhase {
  const cors = policyOf(at.route, 'cors');
  if (cors === undefined) return { responseEdits: [] };
  const answer = corsAnswer(cors, at.request);
  if (answer === undefined) {
    tell?.({ step: 'policy', text: 'CORS: the origin of the request is not allowed, no headers are added', from: cors.from });
    return { responseEdits: [] };
  }
  tell?.({ step: 'policy', text: `CORS: answers allow the origin ${answer.edits[0]?.value ?? ''}`, from: cors.from });
  if (!answer.preflight) return { responseEdits: answer.edits };
  const verdict: RespondVerdict = { kind: 'respond', host: at.host, route: at.route, status: 204, because: 'a CORS preflight' };
  tell?.({ step: 'answer', text: '204: a CORS preflight', from: cors.from });
  return { verdict, responseEdits: answer.edits };
}

/** The verdict with further edits of the headers that the client gets. */
export function withResponseEdits(verdict: Verdict, edits: readonly HeaderEdit[]): Verdict {
  return edits.length === 0 ? verdict : { ...verdict, responseEdits: [...(verdict.responseEdits ?? []), ...edits] };
}
