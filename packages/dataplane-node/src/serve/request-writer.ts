import type { ClientTls, Rewritten } from '@sluice/core';
import type { ByteWriter } from './byte-writer.ts';
import type { HeadFields } from './head-fields.ts';
import { header } from './header-table.ts';
import { plainAddress } from './plain-address.ts';
import type { RequestHead } from './request-head.ts';

/** Room for everything that is added besides what comes from the request itself. */
const ADDED_BYTES = 1024;

const VERSION = Buffer.from(' HTTP/1.1\r\n');
const HOST = 'Host: ';
const FORWARDED_HOST = Buffer.from('X-Forwarded-Host: ');
const REQUEST_ID = 'X-Request-ID: ';
const MOVED_FOR = { id: header.forwardedFor, name: 'X-Original-Forwarded-For: ' };
const MOVED_HOST = { id: header.forwardedHost, name: 'X-Original-Forwarded-Host: ' };
const UPGRADE = Buffer.from('Connection: upgrade\r\nUpgrade: ');
const LINE_END = Buffer.from('\r\n');

/** A request head and the buffer that it was scanned in. */
export interface ReceivedHead {
  readonly bytes: Buffer;
  readonly head: RequestHead;
  /** Replaces the target. */
  readonly rewritten?: Rewritten | undefined;
}

/** The part of the added headers that is the same for all requests of one client connection. */
export interface ClientIdentity {
  /** Address as text; IPv4 also when it arrived as an IPv4-mapped IPv6 address. */
  readonly address: string;
  readonly remotePort: number;
  /** What the upstream is told: of the listener for HTTP, 443 for HTTPS. */
  readonly port: number;
  /** Of a connection with TLS. */
  readonly tls?: ClientTls | undefined;
  /** `X-Real-IP`, `X-Forwarded-For` lines. */
  readonly addressLines: Buffer;
  /** `X-Forwarded-Port`, `-Proto`, `-Scheme` and `X-Scheme` lines. */
  readonly schemeLines: Buffer;
}

/** `port` is what the upstream is told. */
export function identifyClient(remote: { readonly address: string; readonly port: number }, secure: boolean, port: number): ClientIdentity {
  const address = plainAddress(remote.address);
  const scheme = secure ? 'https' : 'http';
  return {
    address,
    remotePort: remote.port,
    port,
    addressLines: Buffer.from(`\r\nX-Real-IP: ${address}\r\nX-Forwarded-For: ${address}\r\n`),
    schemeLines: Buffer.from(
      `X-Forwarded-Port: ${port}\r\nX-Forwarded-Proto: ${scheme}\r\nX-Forwarded-Scheme: ${scheme}\r\nX-Scheme: ${scheme}\r\n`,
    ),
  };
}

/**
 * Writes the head that the upstream gets: method and target bytes as sent, kept lines in order, then what ingress-nginx
 * adds (`proxy_set_header` in its template). `out` is cleared first.
 */
export function writeRequestHead(
  out: ByteWriter,
  { bytes, head, rewritten }: ReceivedHead,
  client: ClientIdentity,
  requestId: string,
): void {
  const { line, fields } = head;
  out.clear();
  out.reserve(
    (fields.nameStart[fields.count] ?? 0) -
      line.start +
      head.routingHost.length * 2 +
      requestId.length +
      ADDED_BYTES +
      rewrittenBytes(rewritten),
  );
  out.slice(bytes, line.start, line.targetStart);
  if (rewritten !== undefined) out.text(rewritten.target);
  else if (head.target.length === line.targetEnd - line.targetStart) out.slice(bytes, line.targetStart, line.targetEnd);
  else out.text(head.target);
  out.all(VERSION);
  // What nginx calls a host that nobody has named.
  if (head.hostLine < 0) out.text(`${HOST}${head.routingHost || '_'}\r\n`);
  fields.copyKept(bytes, out);
  if (requestId !== '') out.text(REQUEST_ID + requestId);
  out.all(requestId === '' ? client.addressLines.subarray(LINE_END.length) : client.addressLines);
  writeForwardedHost(out, bytes, head);
  out.all(client.schemeLines);
  moveValues(out, bytes, fields, MOVED_FOR);
  moveValues(out, bytes, fields, MOVED_HOST);
  if (head.upgrade) writeUpgrade(out, bytes, fields);
  out.all(LINE_END);
}

/** Makes a head of HTTP/1.0 out of one of 1.1, for a request whose body is not chunked; its connection ends with the answer unless the head says otherwise. */
export function speakHttp10(out: ByteWriter): void {
  const head = out.view().toString('latin1');
  const lineEnd = head.indexOf('\r\n');
  const edited = `${head.slice(0, lineEnd - 1)}0${head.slice(lineEnd)}`;
  out.clear();
  out.reserve(edited.length);
  out.text(edited);
}

function rewrittenBytes(rewritten: Rewritten | undefined): number {
  return rewritten?.target.length ?? 0;
}

/** The host as received; a request without one has nothing to tell. */
function writeForwardedHost(out: ByteWriter, bytes: Buffer, head: RequestHead): void {
  const { fields, hostLine } = head;
  if (hostLine < 0) return;
  out.all(FORWARDED_HOST);
  out.slice(bytes, fields.valueStart[hostLine] ?? 0, fields.valueEnd[hostLine] ?? 0);
  out.all(LINE_END);
}

/** Sends the values of a header that was replaced under another name, joined as one list; nothing when there are none. */
function moveValues(out: ByteWriter, bytes: Buffer, fields: HeadFields, { id, name }: typeof MOVED_FOR | typeof MOVED_HOST): void {
  let moved = false;
  for (let line = 0; line < fields.count; line++) {
    const start = fields.valueStart[line] ?? 0;
    const end = fields.valueEnd[line] ?? 0;
    if (fields.id[line] !== id || start === end) continue;
    out.text(moved ? ', ' : name);
    out.slice(bytes, start, end);
    moved = true;
  }
  if (moved) out.all(LINE_END);
}

function writeUpgrade(out: ByteWriter, bytes: Buffer, fields: HeadFields): void {
  const line = fields.find(header.upgrade);
  out.all(UPGRADE);
  out.slice(bytes, fields.valueStart[line] ?? 0, fields.valueEnd[line] ?? 0);
  out.all(LINE_END);
}
