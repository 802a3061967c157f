import type { ByteWriter } from './byte-writer.ts';
import { header } from './header-table.ts';
import { httpDate } from './http-date.ts';
import type { ResponseHead } from './response-head.ts';

/** Room for everything that is added. */
const ADDED_BYTES = 256;

const VERSION = Buffer.from('HTTP/1.1 ');
const LINE_END = Buffer.from('\r\n');
const CLOSE = Buffer.from('Connection: close\r\n');
const KEEP_ALIVE = Buffer.from('Connection: keep-alive\r\n');
const UPGRADE = Buffer.from('Connection: upgrade\r\nUpgrade: ');
const INFORMATIONAL_END = 200;
const SWITCHING = 101;
const NO_CONTENT = 204;

/** How the client connection goes on after a response. */
export interface ResponsePlan {
  readonly close: boolean;
  /** Said only to HTTP/1.0 clients that asked for it; it is the default of HTTP/1.1. */
  readonly sayKeepAlive: boolean;
  /** The chunked framing of the body is taken off for an HTTP/1.0 client. */
  readonly decoded: boolean;
  /** The line that is sent instead of what the upstream says about it; empty to leave that. */
  readonly strictTransport: Buffer;
}

/** Writes the head that the client gets: status line and kept lines as received, then what this connection needs. */
export function writeResponseHead(out: ByteWriter, bytes: Buffer, head: ResponseHead, plan: ResponsePlan): void {
  const { fields, status } = head;
  if (plan.decoded || status < INFORMATIONAL_END || status === NO_CONTENT) dropFraming(head, plan.decoded);
  if (plan.strictTransport.length > 0 && head.hasHsts) dropHsts(head);
  out.clear();
  out.reserve((fields.nameStart[fields.count] ?? 0) - head.statusStart + ADDED_BYTES);
  out.all(VERSION);
  out.slice(bytes, head.statusStart, head.statusEnd);
  out.all(LINE_END);
  fields.copyKept(bytes, out);
  out.all(plan.strictTransport);
  if (status >= INFORMATIONAL_END) writeConnection(out, head, plan);
  else if (status === SWITCHING) writeUpgrade(out, bytes, head);
  out.all(LINE_END);
}

function writeConnection(out: ByteWriter, head: ResponseHead, plan: ResponsePlan): void {
  if (!head.hasDate) out.text(`Date: ${httpDate()}\r\n`);
  if (plan.close) out.all(CLOSE);
  else if (plan.sayKeepAlive) out.all(KEEP_ALIVE);
}

/** 1xx and 204 have neither framing header (RFC 9110 section 8.6, RFC 9112 section 6.1); a decoded body is not chunked. */
function dropFraming(head: ResponseHead, keepLength: boolean): void {
  const { fields } = head;
  for (let line = 0; line < fields.count; line++) {
    if (fields.id[line] === header.transferEncoding || (!keepLength && fields.id[line] === header.contentLength)) fields.drop(line);
  }
}

function dropHsts({ fields }: ResponseHead): void {
  for (let line = 0; line < fields.count; line++) if (fields.id[line] === header.strictTransport) fields.drop(line);
}

function writeUpgrade(out: ByteWriter, bytes: Buffer, head: ResponseHead): void {
  const { fields } = head;
  const line = fields.find(header.upgrade);
  out.all(UPGRADE);
  if (line >= 0) out.slice(bytes, fields.valueStart[line] ?? 0, fields.valueEnd[line] ?? 0);
  out.all(LINE_END);
}
