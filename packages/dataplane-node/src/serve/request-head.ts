import type { ServingSettings } from '@sluice/core';
import { plainNameByte, tokenByte, underscoreNameByte } from './byte-classes.ts';
import { ConnectionOptions } from './connection-options.ts';
import { scanFields } from './field-scanner.ts';
import { HeadFields } from './head-fields.ts';
import { header } from './header-table.ts';
import { MALFORMED } from './line-scanner.ts';
import { MessageFraming } from './message-framing.ts';
import { RequestLine } from './request-line.ts';
import { locateTarget } from './request-target.ts';

const H2C = 'h2c';

const NAMES = { plain: plainNameByte, underscores: underscoreNameByte, any: tokenByte } as const;

/**
 * One request head: offsets into the scanned buffer plus what they mean. Header lines that must not reach the upstream
 * are dropped from `fields`. Reused from request to request: valid until the next `scan`.
 */
export class RequestHead {
  /** Which names of header lines pass. */
  names: ServingSettings['clientHeaders']['names'] = 'plain';
  readonly line = new RequestLine();
  readonly fields = new HeadFields();
  /** What `Connection` names passes on, as with nginx: a client that could strip it could strip what a proxy before us has added. */
  readonly options = new ConnectionOptions(false);
  readonly framing = new MessageFraming();
  /** Line of the Host header, or -1. */
  hostLine = -1;
  /** What routing looks at: the authority of an absolute-form target, else the Host header; empty for none. */
  routingHost = '';
  /** Origin-form target; as sent, binary string. */
  target = '';
  expectContinue = false;
  /** A protocol switch is asked for that may be passed on. */
  upgrade = false;

  /**
   * Scans one head (RFC 9112). Returns the index after its blank line; INCOMPLETE (-1) when it goes on; or a negative
   * HTTP status to refuse it with.
   */
  scan(bytes: Buffer, start: number, end: number): number {
    const afterLine = this.line.scan(bytes, start, end);
    if (afterLine < 0) return afterLine;
    const after = scanFields(bytes, afterLine, end, this.fields);
    if (after < 0) return after;
    this.#clear();
    for (let line = 0; line < this.fields.count; line++) this.#look(bytes, line);
    this.#decideUpgrade(bytes);
    return this.framing.valid && this.#hostIsFine() && locateTarget(bytes, this) ? after : MALFORMED;
  }

  /** Whether the connection may serve another request after this one (RFC 9112 section 9.3). */
  get persistent(): boolean {
    if (this.options.close) return false;
    return this.line.minor === 1 || this.options.keepAlive;
  }

  method(bytes: Buffer): string {
    return bytes.toString('latin1', this.line.start, this.line.methodEnd);
  }

  #clear(): void {
    this.options.clear();
    this.framing.clear();
    this.hostLine = -1;
    this.expectContinue = false;
    this.upgrade = false;
  }

  #look(bytes: Buffer, line: number): void {
    const { fields } = this;
    const id = fields.id[line] ?? header.other;
    if (id === header.other) {
      // nginx ignores names with other characters, such as underscores: CGI-like backends would take them for dashes.
      if (!hasName(bytes, line, fields, NAMES[this.names])) fields.drop(line);
    } else if (id === header.host) {
      if (this.hostLine >= 0) this.framing.valid = false;
      this.hostLine = line;
    } else if (id === header.contentLength || id === header.transferEncoding) {
      this.#lookAtFraming(bytes, line, id);
    } else {
      this.#lookAtOther(bytes, line, id);
    }
  }

  /** A recipient may not trust the framing of an HTTP/1.0 message with Transfer-Encoding (RFC 9112 section 6.1). */
  #lookAtFraming(bytes: Buffer, line: number, id: number): void {
    this.framing.read(bytes, line, this.fields);
    if (id === header.transferEncoding && this.line.minor === 0) this.framing.valid = false;
  }

  #lookAtOther(bytes: Buffer, line: number, id: number): void {
    if (id === header.connection) this.options.read(bytes, line, this.fields);
    if (id === header.expect) this.expectContinue = this.fields.text(bytes, line).toLowerCase() === '100-continue';
    if (!passesToUpstream(id)) this.fields.drop(line);
  }

  /** `h2c` is never passed on: the upstream would then speak HTTP/2 behind the back of the routes. */
  #decideUpgrade(bytes: Buffer): void {
    if (!this.options.upgrade || this.line.minor === 0) return;
    const line = this.fields.find(header.upgrade);
    this.upgrade = line >= 0 && !this.fields.text(bytes, line).toLowerCase().includes(H2C);
  }

  #hostIsFine(): boolean {
    if (this.hostLine < 0) return this.line.minor === 0;
    return this.line.minor === 0 || this.fields.valueEnd[this.hostLine] !== this.fields.valueStart[this.hostLine];
  }
}

/** What is replaced by our own value, about this connection only, or known to be harmful (`Proxy`: CVE-2016-5385) stays here. */
function passesToUpstream(id: number): boolean {
  switch (id) {
    case header.date:
    case header.userAgent:
    case header.referer:
    case header.essential:
    case header.server:
    case header.traceparent:
      return true;
    default:
      return false;
  }
}

function hasName(bytes: Buffer, line: number, fields: HeadFields, allowed: Uint8Array): boolean {
  const end = fields.nameEnd[line] ?? 0;
  for (let at = fields.nameStart[line] ?? 0; at < end; at++) if (allowed[bytes[at] ?? 0] === 0) return false;
  return true;
}
