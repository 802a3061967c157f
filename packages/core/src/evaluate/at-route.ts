import { policyOf } from '../model/policy/policy.ts';
import { bodyLimitOf } from './body-limit.ts';
import { conclude } from './conclude.ts';
import type { FindUpstream, RoutedPath } from './conclude.ts';
import type { Narrator } from './reason.ts';
import type { RespondVerdict, Verdict } from './verdict.ts';

/** What happens to a request once its route is known: the size of its body is looked at before anything else, as in nginx. */
export function decideAtRoute(at: RoutedPath, find: FindUpstream, tell?: Narrator): Verdict {
  return tooLarge(at, tell) ?? conclude(at, find, tell);
}

function tooLarge({ request, host, route }: RoutedPath, tell: Narrator): RespondVerdict | undefined {
  const limit = bodyLimitOf(route);
  if (request.bodyBytes <= limit) return undefined;
  const because = `the body has ${request.bodyBytes} bytes, ${limit} are allowed`;
  tell?.({ step: 'answer', text: `413: ${because}`, from: policyOf(route, 'body-limit')?.from ?? route.from });
  return { kind: 'respond', host, route, status: 413, because };
}
