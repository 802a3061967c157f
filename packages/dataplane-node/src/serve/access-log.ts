/** One answered request. */
export interface AccessRecord {
  /** When the request head was complete, milliseconds since 1970. */
  readonly timeMs: number;
  /** Address of the client. */
  readonly client: string;
  readonly method: string;
  readonly host: string;
  /** Request target as sent (binary string). */
  readonly target: string;
  readonly protocol: string;
  /** Status sent; 499 when the client went away before one was (nginx). */
  readonly status: number;
  readonly requestBytes: number;
  /** Bytes sent to the client, head included. */
  readonly bytesSent: number;
  readonly durationMs: number;
  /** `host:port` of the endpoint asked last; empty when none was. */
  readonly upstream: string;
  /** Id of the upstream of the route; empty when the request was not forwarded. */
  readonly route: string;
  readonly requestId: string;
  readonly userAgent?: string;
  readonly referer?: string;
}

/** Where answered requests are written. */
export interface AccessLog {
  /** Called once at the end of each exchange; must not throw and must not block. */
  record(record: AccessRecord): void;
}

const FLUSH_BYTES = 65_536;
const FLUSH_INTERVAL_MS = 500;

/** Writes JSON lines in batches: every half second, and as soon as 64 KiB have come together. */
export class BatchedAccessLog implements AccessLog {
  readonly #write: (lines: string) => void;
  readonly #timer: NodeJS.Timeout;
  #pending = '';

  /** `write` gets whole lines; it is called synchronously and should hand them on without blocking. */
  constructor(write: (lines: string) => void) {
    this.#write = write;
    this.#timer = setInterval(() => this.flush(), FLUSH_INTERVAL_MS);
    this.#timer.unref();
  }

  record(record: AccessRecord): void {
    this.#pending += formatRecord(record);
    if (this.#pending.length >= FLUSH_BYTES) this.flush();
  }

  flush(): void {
    if (this.#pending === '') return;
    const lines = this.#pending;
    this.#pending = '';
    this.#write(lines);
  }

  /** Writes what is left and stops the timer. */
  close(): void {
    clearInterval(this.#timer);
    this.flush();
  }
}

let clockMs = 0;
let clockText = '';

/** Formatting a date costs more than the rest of a line; requests of one millisecond share it. */
function isoTime(timeMs: number): string {
  if (timeMs !== clockMs) {
    clockMs = timeMs;
    clockText = new Date(timeMs).toISOString();
  }
  return clockText;
}

function formatRecord(record: AccessRecord): string {
  const {
    timeMs,
    client,
    method,
    host,
    target,
    protocol,
    status,
    requestBytes,
    bytesSent,
    durationMs,
    upstream,
    route,
    requestId,
    userAgent,
    referer,
  } = record;
  const who = `{"time":"${isoTime(timeMs)}","client":"${client}","method":${quote(method)},"host":${quote(host)},"target":${quote(target)}`;
  const what = `,"protocol":"${protocol}","status":${status},"requestBytes":${requestBytes},"bytesSent":${bytesSent},"durationMs":${durationMs.toFixed(3)}`;
  const where = `,"upstream":${quote(upstream)},"route":${quote(route)},"requestId":${quote(requestId)}`;
  const agent = `${userAgent === undefined ? '' : `,"userAgent":${quote(userAgent)}`}${referer === undefined ? '' : `,"referer":${quote(referer)}`}`;
  return `${who}${what}${where}${agent}}\n`;
}

/** JSON string; the regular expression is several times faster than `JSON.stringify` for the usual harmless text. */
function quote(text: string): string {
  return /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}
