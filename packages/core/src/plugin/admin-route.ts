/** An answer of the admin server: JSON unless it is text. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Content type of a text that is not plain. */
  readonly type?: string;
}

/** A page of the admin server; every route is a GET. */
export interface AdminRoute {
  /** Exact path, such as `/api/status`. */
  readonly path: string;
  /** Must not let a Secret out. */
  readonly answer: (query: URLSearchParams) => AdminAnswer | Promise<AdminAnswer>;
}
