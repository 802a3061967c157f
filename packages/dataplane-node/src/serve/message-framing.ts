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
    const start = fields.valueStart[line] ?? 0;
    const end = fields.valueEnd[line] ?? 0;
    if (fields.id[line] === header.contentLength) {
      if (this.contentLength >= 0 || this.chunked) this.valid = false;
      this.contentLength = parseContentLength(bytes, start, end);
      if (this.contentLength < 0) this.valid = false;
    } else if (fields.id[line] === header.transferEncoding) {
      const known = end - start === CHUNKED.length && equalsLowerCase(bytes, start, CHUNKED);
      if (!known || this.chunked || this.contentLength >= 0) this.valid = false;
      this.chunked = true;
    }
  }
}
