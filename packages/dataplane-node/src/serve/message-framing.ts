import { parseContentLength } from './content-length.ts';
import type { HeadFields } from './head-fields.ts';
import { equalsLowerCase, header } from './header-table.ts';

const CHUNKED = Buffer.from('chunked');

/**
 * What the framing headers of a head say (RFC 9112 section 6). Stricter than the RFC, against request smuggling: a
 * second `Content-Length`, both headers together, or any coding but exactly `chunked` is invalid.
 */
export class MessageFraming {
  /** -1 when there is no `Content-Length`. */
  contentLength = -1;
  chunked = false;
  valid = true;

  clear(): void {
    this.contentLength = -1;
    this.chunked = false;
    this.valid = true;
  }

  /** Takes one header line into account; lines with other ids are ignored. */
  read(bytes: Buffer, line: number, fields: HeadFields): void {
    const id = fields.id[line];
    if (id !== header.contentLength && id !== header.transferEncoding) return;
    if (this.contentLength >= 0 || this.chunked) this.valid = false;
    const start = fields.valueStart[line] ?? 0;
    const end = fields.valueEnd[line] ?? 0;
    if (id === header.contentLength) this.#length(bytes, start, end);
    else this.#coding(bytes, start, end);
  }

  #length(bytes: Buffer, start: number, end: number): void {
    this.contentLength = parseContentLength(bytes, start, end);
    if (this.contentLength < 0) this.valid = false;
  }

  #coding(bytes: Buffer, start: number, end: number): void {
    this.chunked = true;
    if (end - start !== CHUNKED.length || !equalsLowerCase(bytes, start, CHUNKED)) this.valid = false;
  }
}
