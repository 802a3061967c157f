import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Where a request is sent on 127.0.0.1. */
export interface Destination {
  readonly port: number;
  /** Present for TLS; the name that is asked for, or empty to ask for none. Certificates are not verified. */
  readonly serverName?: string;
}

/** A response, taken apart by hand. All strings hold one char per byte. */
export interface RawAnswer {
  readonly status: number;
  /** By lower-case name; the last one counts. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const IDLE_MS = 15_000;

/** What a client says that has given up. */
export const NO_ANSWER = 'no answer came';

/** Opens a connection; errors arrive where its bytes are read. */
export function openSocket({ port, serverName }: Destination): Socket {
  const host = '127.0.0.1';
  if (serverName === undefined) return connect({ port, host });
  return connectTls({ port, host, rejectUnauthorized: false, ...(serverName !== '' && { servername: serverName }) });
}

/** Whether anybody listens on a port. */
export async function connects(port: number): Promise<boolean> {
  const socket = openSocket({ port });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  const connected = await promise;
  socket.destroy();
  return connected;
}

/** Sends bytes on a connection of their own and reads the answer until the server ends it: ask for `Connection: close`. */
export async function rawRequest(to: Destination, request: string): Promise<RawAnswer> {
  return parseAnswer(await exchangeBytes(openSocket(to), request));
}

/** Sends bytes and collects everything until the end of the connection. */
export async function exchangeBytes(socket: Socket, request: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  socket.setTimeout(IDLE_MS, () => socket.destroy(new Error(NO_ANSWER)));
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.once('error', reject);
  socket.once('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  socket.write(Buffer.from(request, 'latin1'));
  return promise;
}

/** Takes one response apart. Throws when the bytes are none. */
export function parseAnswer(bytes: string): RawAnswer {
  const headEnd = bytes.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = bytes.slice(0, Math.max(headEnd, 0)).split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3}) /.exec(statusLine)?.[1];
  if (status === undefined) throw new Error(`this is not a response: ${JSON.stringify(bytes.slice(0, 200))}`);
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  return { status: Number(status), headers, body: bytes.slice(headEnd + 4) };
}

/** GET of a host and target, over plain HTTP/1.1 or TLS. */
export async function get(to: Destination, host: string, target = '/'): Promise<RawAnswer> {
  return rawRequest(to, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
}
