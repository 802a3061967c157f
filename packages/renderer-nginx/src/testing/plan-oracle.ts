import type { ForwardVerdict, RedirectVerdict, RespondVerdict, RoutedRequest, Verdict } from '@sluice/core';
import type { AskedRequest } from './plan-arbitraries.ts';
import { byName, edited, escapedLocation, joined } from './plan-expectation.ts';
import type { Ports } from './plan-server.ts';
import type { Line, Message } from './plan-wire.ts';

/** What the upstream answers to every request. */
export const ANSWER: readonly Line[] = [
  ['Content-Type', 'text/plain'],
  ['X-Up', 'one'],
  ['X-Up', 'two'],
  ['X-Other', 'o'],
  ['Cache-Control', 'max-age=1'],
  ['Cache-Control', 'private'],
  ['ETag', '"e"'],
  ['Set-Cookie', 'a=1'],
  ['Set-Cookie', 'b=2'],
  ['Content-Length', '2'],
];

/** A request as it goes over the wire. */
export function bytesOf({ method, target, host, headers }: AskedRequest): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const body = method === 'POST' ? 'Content-Length: 3\r\n\r\nabc' : '\r\n';
  return `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${lines}${body}`;
}

/** A request as the evaluator sees it. */
export function routedOf({ secure, method, host, target, headers }: AskedRequest, ports: Ports): RoutedRequest {
  const header = (name: string): string | undefined => {
    if (name === 'content-length' && method === 'POST') return '3';
    if (name === 'connection') return 'close';
    return headers.find(([other]) => other.toLowerCase() === name)?.[1];
  };
  return {
    secure,
    port: secure ? 443 : ports.http,
    httpsPort: ports.https,
    method,
    host,
    target,
    clientAddress: '127.0.0.1',
    draw: 0.5,
    requestId: 'mine',
    bodyBytes: method === 'POST' ? 3 : 0,
    header,
  };
}

interface Got {
  readonly answer: Message;
  readonly upstream: Message | undefined;
}

const DATE: Line = ['Date', 'now'];

/** Added to every answer over TLS. */
const HSTS: Line = ['Strict-Transport-Security', 'always'];

/** Of the connection, or different at any time. */
const UNSTABLE = ['connection', 'transfer-encoding', 'keep-alive'];

/** What a client and the upstream have got, in the form of `wanted`. */
export function seen({ answer, upstream }: Got, verdict: Verdict): object {
  if (answer.start === '') return { status: 444 };
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer.start)?.[1]);
  const lines = byName(fixedDate(answer.lines), UNSTABLE);
  const body = verdict.kind === 'respond' && verdict.text !== undefined ? { body: answer.body } : {};
  const asked = upstream && { start: upstream.start, lines: byName(upstream.lines) };
  return { status, lines: verdict.kind === 'forward' ? lines : withoutLength(lines), ...body, ...(asked && { asked }) };
}

/** The pages of nginx have another length than those of Node. */
function withoutLength({ 'content-length': _, ...lines }: Record<string, readonly string[]>): unknown {
  return lines;
}

function fixedDate(lines: readonly Line[]): readonly Line[] {
  return lines.map(([name, value]) => [name, name === 'Date' && value.endsWith(' GMT') ? 'now' : value]);
}

interface Asked {
  readonly routed: RoutedRequest;
  readonly asked: AskedRequest;
  /** The headers of requests that the plan may change, in lower case. */
  readonly slots: ReadonlySet<string>;
}

/** What a client and the upstream must get. */
export function wanted(verdict: Verdict, { routed, asked, slots }: Asked): object {
  const edits = verdict.responseEdits ?? [];
  const always: readonly Line[] = asked.secure ? [DATE, HSTS] : [DATE];
  if (verdict.kind !== 'forward') return answeredBy(verdict, always, asked.method);
  const status = Number(routed.header('status') ?? 200);
  return { status, lines: byName(edited([...ANSWER, ...always], edits, status), UNSTABLE), asked: askedOf(verdict, asked, slots) };
}

function answeredBy(verdict: RedirectVerdict | RespondVerdict, always: readonly Line[], method: string): object {
  const { status, responseEdits: edits = [] } = verdict;
  if (status === 444) return { status };
  const location: readonly Line[] = verdict.kind === 'redirect' ? [['Location', escapedLocation(verdict.location)]] : [];
  const describing: readonly Line[] = status === 204 ? [] : [['Content-Type', 'text/html']];
  const lines = withoutLength(byName(edited([...describing, ...location, ...always], edits, status), UNSTABLE));
  const text = verdict.kind === 'respond' ? verdict.text : undefined;
  return { status, lines, ...(text !== undefined && { body: method === 'HEAD' || status === 204 ? '' : text }) };
}

function askedOf(
  { rewritten, requestEdits = [] }: ForwardVerdict,
  { method, host, target, headers, secure }: AskedRequest,
  slots: ReadonlySet<string>,
): unknown {
  const own = headers.filter(([name]) => !['x-request-id', 'x-forwarded-for', 'expect'].includes(name.toLowerCase()));
  const { forwardedPrefix } = rewritten ?? {};
  const sent: readonly Line[] = [
    ...own.filter(([name]) => forwardedPrefix === undefined || name !== 'X-Forwarded-Prefix'),
    ...(forwardedPrefix === undefined ? [] : [['X-Forwarded-Prefix', forwardedPrefix] as const]),
    ['Host', host],
    ['X-Request-ID', 'mine'],
    ['X-Real-IP', '127.0.0.1'],
    ['X-Forwarded-For', '127.0.0.1'],
    ['X-Forwarded-Proto', secure ? 'https' : 'http'],
    ...(method === 'POST' ? [['Content-Length', '3'] as const] : []),
  ];
  // Blanks and controls, which could end the line, are escaped in a changed target.
  const start = `${method} ${rewritten === undefined ? target : escapedLocation(rewritten.target)} HTTP/1.1`;
  return { start, lines: byName(edited(joined(sent, slots), requestEdits, 0)) };
}
