import { policyOf } from '../model/policy/policy.ts';
import { bodyLimitOf } from './body-limit.ts';
import { conclude } from './conclude.ts';
import type { FindUpstream, RoutedPath } from './conclude.ts';
import { findWithStandIn, withErrorPage } from './error-page.ts';
import { withHeaderPolicies } from './header-policies.ts';
import { tellMirror } from './mirror.ts';
import type { Narrator } from './reason.ts';
import type { RespondVerdict, Verdict } from './verdict.ts';

/**
 * What happens to a request once its route is known. The size of its body is looked at before anything else, and errors are
 * answered by the default backend last, as in nginx.
 */
export function decideAtRoute(at: RoutedPath, find: FindUpstream, tell?: Narrator): Verdict {
  const verdict = tooLarge(at, tell) ?? conclude(at, findWithStandIn(at, find), tell);
  const answered = withErrorPage(at, verdict, find, tell);
  if (answered.kind === 'forward') tellMirror(answered, at.request, tell);
  else if (answered !== verdict) return answered;
  return withHeaderPolicies(at, answered, tell);
}

function tooLarge({ request, host, route }: RoutedPath, tell: Narrator): RespondVerdict | undefined {
  const limit = bodyLimitOf(route);
  if (request.bodyBytes <= limit) return tellBodyLimit({ request, route }, limit, tell);
  const because = `the body has ${request.bodyBytes} bytes, ${limit} are allowed`;
  tell?.({ step: 'answer', text: `413: ${because}`, from: policyOf(route, 'body-limit')?.from ?? route.from });
  return { kind: 'respond', host, route, status: 413, because };
}

/** Methods whose requests usually have no body. */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A body without a length is counted while it arrives. */
function tellBodyLimit({ request, route }: Pick<RoutedPath, 'request' | 'route'>, limit: number, tell: Narrator): undefined {
  const counted = request.header('content-length') === undefined;
  const expected = !BODILESS.has(request.method) || request.header('transfer-encoding') !== undefined;
  const from = policyOf(route, 'body-limit')?.from;
  if (tell === undefined || from === undefined || limit === Infinity || !counted || !expected) return;
  tell({ step: 'policy', text: `413 for a body of more than ${limit} bytes`, from, unless: { step: 'body-limit', statuses: [413] } });
}
