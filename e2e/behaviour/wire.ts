import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { TcpNetConnectOpts } from 'node:net';
import { readAnswer } from './answer-reader.ts';
import type { Answer } from './answer-reader.ts';
import type { KeyPair } from '../certificates.ts';

/** Bytes and the way that they take. */
export interface Sending {
  readonly port: number;
  /** Local address of the client. */
  readonly from: string;
  /** Present for TLS; empty for no name. */
  readonly serverName?: string;
  readonly certificate?: KeyPair;
  /** One char per byte. */
  readonly bytes: string;
  /** No body follows the head of the answer. */
  readonly bodyless: boolean;
}

/** What came of a request. */
export interface Outcome {
  /** Undefined when the connection ended, failed or went silent before an answer was complete. */
  readonly answer: Answer | undefined;
  /** Everything that was received. */
  readonly bytes: string;
  readonly failure: string | undefined;
  readonly ms: number;
  /** Common name of the certificate that was shown. */
  readonly certificate: string | undefined;
  readonly protocol: string | undefined;
}

const SILENCE_MS = 4000;

/** Sends bytes on a connection of their own and reads one answer. Never rejects. */
export async function send(sending: Sending): Promise<Outcome> {
  const started = performance.now();
  const socket = open(sending);
  let bytes = '';
  let failure: string | undefined;
  let answer: Answer | undefined;
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (ended: boolean): void => {
    const read = readAnswer(bytes, sending.bodyless, ended);
    if (read.kind === 'complete') answer = read.answer;
    if (ended || read.kind === 'complete') resolve();
  };
  // Of a connection that the server has closed nothing is known any more.
  let handshake = handshakeOf(socket);
  socket.once('secureConnect', () => (handshake = handshakeOf(socket)));
  socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('no answer came')));
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.toString('latin1');
    look(false);
  });
  socket.once('error', (error) => (failure = error.message));
  socket.once('close', () => look(true));
  socket.write(Buffer.from(sending.bytes, 'latin1'));
  await promise;
  const ms = performance.now() - started;
  socket.destroy();
  return { answer, bytes, failure, ms, ...handshake };
}

function tlsOptions({ port, from, serverName, certificate }: Omit<Sending, 'bytes' | 'bodyless'>): ConnectionOptions & TcpNetConnectOpts {
  return {
    port,
    host: '127.0.0.1',
    localAddress: from,
    rejectUnauthorized: false,
    ...(serverName !== undefined && serverName !== '' && { servername: serverName }),
    ...(certificate !== undefined && { cert: certificate.cert, key: certificate.key }),
  };
}

function open(sending: Sending): Socket {
  if (sending.serverName === undefined) return connect({ port: sending.port, host: '127.0.0.1', localAddress: sending.from });
  return connectTls({ ...tlsOptions(sending), ALPNProtocols: ['http/1.1'] });
}

function handshakeOf(socket: Socket | TLSSocket): Pick<Outcome, 'certificate' | 'protocol'> {
  if (!('getPeerCertificate' in socket)) return { certificate: undefined, protocol: undefined };
  const name = socket.getPeerCertificate()?.subject?.CN;
  return { certificate: Array.isArray(name) ? name[0] : name, protocol: socket.alpnProtocol || undefined };
}

/** A request over HTTP/2 on a connection of its own, which offers HTTP/1.1 as well. */
export async function sendHttp2(sending: Sending, headers: Readonly<Record<string, string>>, body: string): Promise<Outcome> {
  const started = performance.now();
  const socket = connectTls({ ...tlsOptions(sending), ALPNProtocols: ['h2', 'http/1.1'] });
  const nothing = { answer: undefined, bytes: '' };
  try {
    await once(socket, 'secureConnect');
    const handshake = handshakeOf(socket);
    if (handshake.protocol !== 'h2') return { ...nothing, failure: 'HTTP/2 was not chosen', ms: performance.now() - started, ...handshake };
    const answer = await exchangeHttp2(socket, headers, body);
    return { answer, bytes: answer.body, failure: undefined, ms: performance.now() - started, ...handshake };
  } catch (error) {
    return { ...nothing, failure: String(error), ms: performance.now() - started, certificate: undefined, protocol: undefined };
  } finally {
    socket.destroy();
  }
}

async function exchangeHttp2(socket: TLSSocket, headers: Readonly<Record<string, string>>, body: string): Promise<Answer> {
  const session = connectHttp2('https://localhost', { createConnection: () => socket });
  const failed = once(session, 'error').then(([error]) => Promise.reject(error as Error));
  const stream = session.request({ ...headers }, { endStream: body === '' });
  if (body !== '') stream.end(body);
  const [fields] = (await Promise.race([once(stream, 'response'), failed])) as [
    Readonly<Record<string, string | number | readonly string[]>>,
  ];
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  session.destroy();
  const listed = Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)] as const));
  const plain = listed.filter(([name]) => !name.startsWith(':'));
  return { status: Number(fields[':status']), reason: '', headers: plain, body: Buffer.concat(chunks).toString('latin1') };
}
