import type { Origin } from '../origin.ts';

/**
 * Errors are answered by a default backend (annotations `custom-http-errors` and `default-backend`): it is asked for `/`
 * with headers that tell about the error, and the status of its answer is what the client gets.
 */
export interface ErrorPagesPolicy {
  readonly kind: 'error-pages';
  /** Statuses of which answers are replaced, ascending. */
  readonly codes: readonly number[];
  /** Id of the upstream that is asked. Without one, or while it has no endpoint, the built-in 404 answers. */
  readonly upstream?: string;
  /** Answers of upstreams are replaced too, not only those that the proxy makes itself. */
  readonly replacesUpstreams: boolean;
  readonly from: Origin;
}
