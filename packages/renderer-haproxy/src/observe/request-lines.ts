import { STATUS_CODES } from 'node:http';
import { accessLines, binaryText, defaultServing, parseRuleText } from '@sluice/core';
import type { AccessLogSettings, LogLine, RequestMetrics, RequestRecord } from '@sluice/core';

/** A request as HAProxy writes it down (`translate/access-log.ts`); -1 and `-` stand for what there is not. */
interface WrittenRequest {
  readonly pid: number;
  /** Of the line, among those of the worker. */
  readonly number: number;
  /** The worker was leaving: the line may come twice. */
  readonly stopping: number;
  readonly end: number;
  readonly client: string;
  readonly clientPort: number;
  readonly port: number;
  readonly secure: number;
  readonly method: string;
  readonly target: string;
  readonly protocol: string;
  readonly status: number;
  readonly read: number;
  /** Of the request: its header lines, and what `Content-Length` says. */
  readonly readHead: string;
  readonly readLength: string;
  readonly sent: number;
  /** Of the answer: its header lines, and what `Content-Length` says. */
  readonly head: string;
  readonly length: string;
  readonly total: number;
  readonly connect: number;
  readonly response: number;
  readonly data: number;
  readonly server: string;
  readonly endpoint: string;
  readonly rule: string;
  readonly canary: string;
  readonly silent: string;
  readonly id: string;
  readonly user: string;
  readonly host: string;
  /** Values of the request headers that the log asks for, in the order of `LogLine.headers`. */
  readonly headers: readonly string[];
}

/** Client and server have gone before there was an answer. */
const CLIENT_CLOSED = 499;
/** `HTTP/1.1 200 ` and the end of the line. */
const STATUS_LINE_BYTES = 15;
/** What HAProxy counts of an answer besides head and body. */
const OVERHEAD_BYTES = 4;
/** Heads differ by less, as they are counted and as they are. */
const UNSURE_BYTES = 200;

/** Makes lines of the access log, and counts, of what HAProxy writes down. */
export class RequestLines {
  readonly #metrics: RequestMetrics | undefined;
  readonly #write: ((lines: string) => void) | undefined;
  /** Lines of leaving workers that have come, the oldest first. */
  readonly #leaving = new Set<string>();
  #line: LogLine = accessLines(defaultServing.accessLog);

  /** `write` gets whole lines, as binary strings; undefined where nobody wants them. */
  constructor(metrics: RequestMetrics | undefined, write: ((lines: string) => void) | undefined) {
    this.#metrics = metrics;
    this.#write = write;
  }

  /** From now on lines look so. */
  use(settings: AccessLogSettings): void {
    this.#line = accessLines(settings);
  }

  /** Takes lines in braces, as binary strings; those that are cut off are left out. */
  take(written: readonly string[]): void {
    let lines = '';
    for (const text of written) {
      const one = parse(text);
      if (one === undefined || this.#knows(one)) continue;
      const record = recordOf(one, this.#line.headers);
      this.#metrics?.count(record, record);
      if (one.silent !== '1') this.#line.write(record, (piece) => void (lines += piece));
    }
    if (lines !== '') this.#write?.(lines);
  }

  #knows({ stopping, pid, number }: WrittenRequest): boolean {
    if (stopping === 0) return false;
    const key = `${pid} ${number}`;
    if (this.#leaving.has(key)) return true;
    this.#leaving.add(key);
    const [oldest] = this.#leaving;
    if (this.#leaving.size > MOST_REMEMBERED && oldest !== undefined) this.#leaving.delete(oldest);
    return false;
  }
}

/** So many lines of leaving workers are remembered. */
const MOST_REMEMBERED = 10_000;

function parse(text: string): WrittenRequest | undefined {
  try {
    const written = JSON.parse(Buffer.from(text, 'latin1').toString('utf8')) as Partial<WrittenRequest>;
    // An earlier version of this program, whose HAProxy was taken over, may have had others.
    return Array.isArray(written.headers) && written.rule !== undefined ? (written as WrittenRequest) : undefined;
  } catch {
    return undefined;
  }
}

function recordOf(one: WrittenRequest, headers: readonly string[]): RequestRecord {
  const sizes = sizesOf(one);
  return {
    ...parseRuleText(said(one.rule)),
    ...headOf(one),
    ...sizes,
    ...triesOf(one, sizes.bodyBytes),
    endMs: one.end,
    clientAddress: one.client,
    clientPort: one.clientPort,
    serverPort: one.port,
    secure: one.secure === 1,
    status: one.status < 0 ? CLIENT_CLOSED : one.status,
    requestBytes: requestBytesOf(one),
    durationMs: Math.max(0, one.total),
    canary: said(one.canary),
    remoteUser: given(one.user) && binaryText(one.user),
    header: (name) => {
      const value = one.headers[headers.indexOf(name)];
      return value === undefined || value === '' ? undefined : binaryText(value);
    },
  };
}

type Head = Pick<RequestRecord, 'authority' | 'method' | 'protocol' | 'requestId' | 'target'>;

function headOf({ method, target, protocol, host, id }: WrittenRequest): Head {
  return {
    method: method === '<BADREQ>' ? '' : binaryText(method),
    target: binaryText(target),
    protocol,
    authority: binaryText(said(host)),
    requestId: binaryText(said(id)),
  };
}

/** Blanks and the end of a request line. */
const REQUEST_LINE_BYTES = 4;

/** HAProxy counts what it moves, which has other heads than what is sent: only a body without a length is told by that. */
function requestBytesOf({ method, target, protocol, read, readHead, readLength }: WrittenRequest): number {
  if (given(readHead) === undefined) return read;
  const head = binaryText(method).length + binaryText(target).length + protocol.length + REQUEST_LINE_BYTES + Number(readHead);
  const told = given(readLength);
  if (told === undefined) return read > head + UNSURE_BYTES ? read : head;
  return head + Math.min(Number(told), read);
}

/** The same of an answer. */
function sizesOf({ method, status, sent, head, length }: WrittenRequest): Pick<RequestRecord, 'sentBytes' | 'bodyBytes'> {
  if (given(head) === undefined) return { sentBytes: sent, bodyBytes: 0 };
  const headBytes = Number(head) + STATUS_LINE_BYTES + (STATUS_CODES[status] ?? '').length;
  const moved = Math.max(0, sent - headBytes - OVERHEAD_BYTES);
  const told = given(length);
  // An answer that was broken off has less than it said.
  const bodyBytes = method === 'HEAD' ? 0 : told !== undefined && Math.abs(Number(told) - moved) < UNSURE_BYTES ? Number(told) : moved;
  return { sentBytes: headBytes + bodyBytes, bodyBytes };
}

type Tried = Pick<RequestRecord, 'connectMs' | 'headerMs' | 'responseMs' | 'tries'>;

/** HAProxy tells of the endpoint that was asked last alone. */
function triesOf({ endpoint, server, status, connect, response, data }: WrittenRequest, bodyBytes: number): Tried {
  const address = given(endpoint) ?? server;
  if (address.startsWith('-') || address.startsWith('<')) return { tries: [], connectMs: -1, headerMs: -1, responseMs: -1 };
  const headerMs = connect < 0 || response < 0 ? -1 : connect + response;
  const answered = headerMs >= 0;
  const times = { connectMs: connect, headerMs, responseMs: answered ? headerMs + Math.max(0, data) : -1 };
  return { ...times, tries: [{ address, status: Math.max(0, status), bodyBytes: answered ? bodyBytes : 0, ...times, another: false }] };
}

function said(text: string): string {
  return given(text) ?? '';
}

function given(text: string): string | undefined {
  return text === '-' || text === '' ? undefined : text;
}
