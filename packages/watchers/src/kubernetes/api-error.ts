/** What an API server says of a failure: `metav1.Status`. */
export interface ApiStatus {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly retryAfterSeconds?: number };
}

/** A request that an API server has refused. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  /** What the server asks to wait before the next try. */
  readonly retryAfterMs: number;

  constructor(status: number, said: ApiStatus, retryAfterMs = 0) {
    super(said.message === undefined || said.message === '' ? `the API server answers ${status}` : said.message.slice(0, 500));
    this.name = 'ApiError';
    this.status = status;
    this.reason = said.reason ?? '';
    this.retryAfterMs = Math.max(retryAfterMs, (said.details?.retryAfterSeconds ?? 0) * 1000);
  }
}

/** The version that was asked for is forgotten (`Expired`): everything has to be listed again. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 410 || error.reason === 'Expired' || error.reason === 'Gone');
}

/** The account has no right to it. */
export function isDenied(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 403);
}

export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409;
}
