import type { CookieAffinity } from '../model/affinity.ts';
import { cookieOf } from './expand-variables.ts';
import type { RoutedRequest } from './request.ts';

/** The value of an affinity cookie, taken apart. */
export interface AffinityKey {
  /** What stands for the endpoint. */
  readonly endpoint: string;
  /** Key of the upstream that gave it; undefined when there is none in the value. */
  readonly upstream: string | undefined;
}

/** The affinity cookie of a request, `KEY|UPSTREAM`; undefined when it has none. */
export function affinityKey(request: Pick<RoutedRequest, 'header'>, { cookie }: CookieAffinity): AffinityKey | undefined {
  const value = cookieOf(request, cookie.name);
  if (value === undefined || value === '') return undefined;
  const [endpoint = '', upstream] = value.split('|');
  return { endpoint, upstream };
}
