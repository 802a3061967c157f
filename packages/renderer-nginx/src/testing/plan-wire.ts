import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A line of a head. */
export type Line = readonly [name: string, value: string];

/** The head of a message and what comes after it; binary strings. */
export interface Message {
  readonly start: string;
  readonly lines: readonly Line[];
  readonly body: string;
}

export function parseMessage(text: string): Message {
  const end = text.indexOf('\r\n\r\n');
  const [start = '', ...lines] = text.slice(0, end < 0 ? text.length : end).split('\r\n');
  return { start, lines: lines.map(parseLine), body: end < 0 ? '' : text.slice(end + 4) };
}

function parseLine(line: string): Line {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

/** Where a request goes. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

/** Sends bytes and takes everything up to the end of the connection. */
export function exchange({ host, port, secure }: Destination, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = secure ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port });
    let answer = '';
    socket.setEncoding('latin1').on('data', (text) => (answer += String(text)));
    socket.once('close', () => resolve(answer)).once('error', reject);
    socket.write(bytes, 'latin1');
  });
}

/** An upstream that remembers the request it got last, and answers all in the same way. */
export class Recorder {
  readonly #server = createServer((socket) => this.#serve(socket));
  readonly #answer: string;
  #last: string | undefined;

  private constructor(answer: string) {
    this.#answer = answer;
  }

  /** `answer`: the whole message; `STATUS` stands for the value of the header `Status` of the request. */
  static listen(answer: string): Promise<Recorder> {
    const recorder = new Recorder(answer);
    return new Promise((resolve) => {
      recorder.#server.listen(0, '127.0.0.1', () => resolve(recorder));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The request since the last call; undefined when there was none. */
  take(): Message | undefined {
    const last = this.#last;
    this.#last = undefined;
    return last === undefined ? undefined : parseMessage(last);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    let request = '';
    socket.setEncoding('latin1').on('error', () => socket.destroy());
    socket.on('data', (text) => {
      request += String(text);
      if (!request.includes('\r\n\r\n')) return;
      this.#last = request;
      socket.end(this.#answer.replace('STATUS', /\r\nStatus: (\d+)/.exec(request)?.[1] ?? '200'), 'latin1');
    });
  }
}
