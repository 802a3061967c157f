import { CR, LF, SPACE, valueByte } from './byte-classes.ts';
import { ConnectionOptions, isHopByHop } from './connection-options.ts';
import { INCOMPLETE, MALFORMED, scanFields } from './field-scanner.ts';
import { HeadFields } from './head-fields.ts';
import { header } from './header-table.ts';
import { MessageFraming } from './message-framing.ts';

const PREFIX = Buffer.from('HTTP/1.');
const STATUS_AT = 'HTTP/1.1 '.length;
const ZERO = 0x30;

/**
 * One response head: offsets into the scanned buffer plus what they mean. Header lines that must not reach the client
 * are dropped from `fields`. Reused from response to response: valid until the next `scan`.
 */
export class ResponseHead {
  readonly fields = new HeadFields();
  readonly options = new ConnectionOptions();
  readonly framing = new MessageFraming();
  minor = 1;
  status = 0;
  /** Begin and end of `200 OK`. */
  statusStart = 0;
  statusEnd = 0;
  hasDate = false;

  /** Scans one head. Returns the index after its blank line, INCOMPLETE (-1), or MALFORMED. */
  scan(bytes: Buffer, start: number, end: number): number {
    const afterLine = this.#scanStatusLine(bytes, start, end);
    if (afterLine < 0) return afterLine;
    const after = scanFields(bytes, afterLine, end, this.fields);
    if (after < 0) return after;
    this.options.clear();
    this.framing.clear();
    this.hasDate = false;
    for (let line = 0; line < this.fields.count; line++) this.#look(bytes, line);
    return this.framing.valid ? after : MALFORMED;
  }

  /** The upstream will take another request on this connection, if the body ends before the connection does. */
  get persistent(): boolean {
    return this.minor === 1 && !this.options.close;
  }

  #scanStatusLine(bytes: Buffer, start: number, end: number): number {
    const known = Math.min(end - start, PREFIX.length);
    for (let index = 0; index < known; index++) if (bytes[start + index] !== PREFIX[index]) return MALFORMED;
    if (end - start < STATUS_AT + 3) return INCOMPLETE;
    this.minor = Math.min((bytes[start + PREFIX.length] ?? 0) - ZERO, 1);
    this.status = readStatus(bytes, start + STATUS_AT);
    if (this.minor < 0 || bytes[start + STATUS_AT - 1] !== SPACE || this.status < 100) return MALFORMED;
    let at = start + STATUS_AT + 3;
    while (at < end && valueByte[bytes[at] ?? 0] === 1) at++;
    if (at + 1 >= end) return at < end && bytes[at] !== CR ? MALFORMED : INCOMPLETE;
    if (bytes[at] !== CR || bytes[at + 1] !== LF || !separated(bytes, start + STATUS_AT + 3)) return MALFORMED;
    this.statusStart = start + STATUS_AT;
    this.statusEnd = at;
    return at + 2;
  }

  #look(bytes: Buffer, line: number): void {
    const id = this.fields.id[line] ?? header.other;
    if (id === header.other) return;
    if (id === header.connection) this.options.read(bytes, line, this.fields);
    else if (id === header.date) this.hasDate = true;
    else this.framing.read(bytes, line, this.fields);
    if (isHopByHop(id) || id === header.server) this.fields.drop(line);
  }
}

/** The reason phrase may be missing together with its blank: many servers send `HTTP/1.1 200`. */
function separated(bytes: Buffer, at: number): boolean {
  return bytes[at] === SPACE || bytes[at] === CR;
}

function readStatus(bytes: Buffer, at: number): number {
  let status = 0;
  for (let index = at; index < at + 3; index++) {
    const digit = (bytes[index] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    status = status * 10 + digit;
  }
  return status;
}
