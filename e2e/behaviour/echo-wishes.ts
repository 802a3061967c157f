/** What a request asks of the backend that gets it. */
export interface EchoWishes {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly type: string;
  /** Before the answer begins. */
  readonly delayMs: number;
  /** In the middle of the body. */
  readonly stallMs: number;
  /** Close the connection instead of an answer. */
  readonly close: boolean;
  /** Length of a body of x instead of the JSON. */
  readonly size: number | undefined;
}

/**
 * Reads the wishes of a target. `/status/404`, `/size/2000` and `/location?to=URL` by path; in the query of any path `status`, `delay`,
 * `stall`, `close`, `size`, `type`, `big` (length of a header), `header=Name:value` (repeatable), all of them for everybody or for the backends in `only`.
 */
export function wishesOf(target: string, backend: string): EchoWishes {
  const [, path = '', search = ''] = /^([^?]*)(.*)$/s.exec(target) ?? [];
  const query = new URLSearchParams(search);
  const only = query.get('only');
  const wished = only === null || only.split(',').includes(backend) ? query : new URLSearchParams();
  const number = (name: string, otherwise: number): number => Number(wished.get(name) ?? otherwise);
  const byPath = wishesByPath(path);
  return {
    status: number('status', byPath.status),
    headers: [
      ...wished.getAll('header').map(fieldOf),
      ...wished.getAll('to').map((to) => ['Location', to] as const),
      ...bigField(number('big', 0)),
    ],
    type: wished.get('type') ?? 'application/json',
    delayMs: number('delay', 0),
    stallMs: number('stall', 0),
    close: wished.has('close'),
    size: wished.has('size') ? number('size', 0) : byPath.size,
  };
}

function wishesByPath(path: string): { readonly status: number; readonly size?: number } {
  const [, word, value] = /\/(status|size|location)(?:\/(\d+))?$/.exec(path) ?? [];
  if (word === 'location') return { status: 302 };
  if (word === undefined || value === undefined) return { status: 200 };
  return word === 'status' ? { status: Number(value) } : { status: 200, size: Number(value) };
}

function bigField(length: number): readonly (readonly [string, string])[] {
  return length === 0 ? [] : [['X-Big', 'x'.repeat(length)]];
}

function fieldOf(written: string): readonly [string, string] {
  const colon = written.indexOf(':');
  return [written.slice(0, colon), written.slice(colon + 1).trim()];
}
