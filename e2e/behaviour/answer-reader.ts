/** An answer, taken apart by hand. All strings hold one char per byte. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** Names as sent and values, in order. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** What can be told so far: an answer that is complete, or bytes that need more. */
export type ReadAnswer = { readonly kind: 'complete'; readonly answer: Answer } | { readonly kind: 'partial' };

const PARTIAL: ReadAnswer = { kind: 'partial' };
const INTERIM: ReadonlySet<number> = new Set([100, 103]);
const EMPTY: ReadonlySet<number> = new Set([204, 304]);

/** Reads the final answer; `ended` says that no more bytes will come, `bodyless` that the request was a HEAD. Interim ones are skipped. */
export function readAnswer(bytes: string, bodyless: boolean, ended: boolean): ReadAnswer {
  const headEnd = bytes.indexOf('\r\n\r\n');
  const head = headEnd === -1 ? undefined : readHead(bytes.slice(0, headEnd));
  if (head === undefined) return PARTIAL;
  const rest = bytes.slice(headEnd + 4);
  if (INTERIM.has(head.status)) return readAnswer(rest, bodyless, ended);
  const empty = bodyless || EMPTY.has(head.status);
  const body = empty ? '' : bodyOf(rest, head.headers, ended || head.status === 101);
  return body === undefined ? PARTIAL : { kind: 'complete', answer: { ...head, body } };
}

function readHead(head: string): Omit<Answer, 'body'> | undefined {
  const [statusLine = '', ...lines] = head.split('\r\n');
  const [, code, reason = ''] = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(statusLine) ?? [];
  if (code === undefined) return undefined;
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const);
  return { status: Number(code), reason, headers };
}

/** The values of a header, in order. */
export function valuesOf(headers: Answer['headers'], name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return headers.filter(([other]) => other.toLowerCase() === wanted).map(([, value]) => value);
}

function bodyOf(rest: string, headers: Answer['headers'], ended: boolean): string | undefined {
  if (valuesOf(headers, 'transfer-encoding').some((value) => value.toLowerCase() === 'chunked')) return chunksOf(rest);
  const length = valuesOf(headers, 'content-length')[0];
  if (length === undefined) return ended ? rest : undefined;
  return rest.length >= Number(length) ? rest.slice(0, Number(length)) : undefined;
}

function chunksOf(rest: string): string | undefined {
  let at = 0;
  let body = '';
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(rest.slice(at, lineEnd), 16);
    if (size === 0) return body;
    if (rest.length < lineEnd + 2 + size + 2) return undefined;
    body += rest.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}
