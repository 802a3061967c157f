import { CR, SPACE, valueByte } from './byte-classes.ts';
import { ConnectionOptions, isHopByHop } from './connection-options.ts';
import { scanFields } from './field-scanner.ts';
import { HeadFields } from './head-fields.ts';
import { header } from './header-table.ts';
import { beginsLike, digitAt, INCOMPLETE, MALFORMED, skipClass, skipLineEnd } from './line-scanner.ts';
import { MessageFraming } from './message-framing.ts';

const PREFIX = Buffer.from('HTTP/1.');
const STATUS_AT = 'HTTP/1.1 '.length;
const STATUS_LENGTH = 3;

/**
 * One response head: offsets into the scanned buffer plus what they mean. Header lines that must not reach the client
 * are dropped from `fields`. Reused from response to response: valid until the next `scan`.
 */
export class ResponseHead {
  readonly fields = new HeadFields();
  readonly options = new ConnectionOptions(true);
  readonly framing = new MessageFraming();
  minor = 1;
  status = 0;
  /** Begin and end of `200 OK`. */
  statusStart = 0;
  statusEnd = 0;
  hasDate = false;
  hasHsts = false;
  /** The Server header is for the client. */
  passesServer = false;

  /** Scans one head. Returns the index after its blank line, INCOMPLETE (-1), or MALFORMED. */
  scan(bytes: Buffer, start: number, end: number): number {
    const afterLine = this.#scanStatusLine(bytes, start, end);
    if (afterLine < 0) return afterLine;
    const after = scanFields(bytes, afterLine, end, this.fields);
    if (after < 0) return after;
    this.options.clear();
    this.framing.clear();
    this.hasDate = false;
    this.hasHsts = false;
    for (let line = 0; line < this.fields.count; line++) this.#look(bytes, line);
    return this.framing.valid ? after : MALFORMED;
  }

  /** The upstream will take another request on this connection, if the body ends before the connection does. */
  get persistent(): boolean {
    return this.minor === 1 && !this.options.close;
  }

  /** `HTTP/1.x SP status [SP reason] CRLF`: many servers leave out the reason together with its blank. */
  #scanStatusLine(bytes: Buffer, start: number, end: number): number {
    if (!beginsLike(PREFIX, bytes, start, end)) return MALFORMED;
    this.statusStart = start + STATUS_AT;
    const reasonAt = this.statusStart + STATUS_LENGTH;
    if (end < reasonAt) return INCOMPLETE;
    this.minor = Math.min(digitAt(bytes, start + PREFIX.length), 1);
    this.status = readStatus(bytes, this.statusStart);
    if (this.minor < 0 || this.status < 0 || bytes[this.statusStart - 1] !== SPACE) return MALFORMED;
    if (end > reasonAt && bytes[reasonAt] !== SPACE && bytes[reasonAt] !== CR) return MALFORMED;
    this.statusEnd = skipClass(valueByte, bytes, reasonAt, end);
    return skipLineEnd(bytes, this.statusEnd, end);
  }

  #look(bytes: Buffer, line: number): void {
    const id = this.fields.id[line] ?? header.other;
    if (id === header.other) return;
    if (id === header.connection) this.options.read(bytes, line, this.fields);
    else if (id === header.date) this.hasDate = true;
    else if (id === header.strictTransport) this.hasHsts = true;
    else this.framing.read(bytes, line, this.fields);
    if (isHopByHop(id) || (id === header.server && !this.passesServer)) this.fields.drop(line);
  }
}

/** A status of three digits from 100, or -1. */
function readStatus(bytes: Buffer, at: number): number {
  const [hundreds, tens, ones] = [digitAt(bytes, at), digitAt(bytes, at + 1), digitAt(bytes, at + 2)];
  return hundreds < 1 || tens < 0 || ones < 0 ? -1 : hundreds * 100 + tens * 10 + ones;
}
