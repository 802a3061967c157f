import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Question } from './question.ts';

/** What an authority said. */
export interface AuthorityAnswer {
  /** 0 when there was no answer. */
  readonly status: number;
  /** Names in lower case and values, as received. */
  readonly headers: readonly (readonly [string, string])[];
}

export interface AuthorityTimeouts {
  readonly connectMs: number;
  readonly readMs: number;
}

const NO_ANSWER: AuthorityAnswer = { status: 0, headers: [] };
const STALE: AuthorityAnswer = { status: 0, headers: [] };
const LONGEST_BODY_BYTES = 65_536;
const LONGEST_BODY_MS = 2000;
const AGENT = { keepAlive: true, maxFreeSockets: 32, scheduling: 'lifo' } as const;

/** Asks authentication services, over connections that are kept. Certificates are not verified, as in ingress-nginx. */
export class Authorities {
  readonly #http = new HttpAgent(AGENT);
  readonly #https = new HttpsAgent({ ...AGENT, rejectUnauthorized: false });

  /** Resolves with `status` 0 when there is no answer, in time or at all. Asks again when a kept connection turns out closed. */
  async ask(question: Question, timeouts: AuthorityTimeouts, signal: AbortSignal): Promise<AuthorityAnswer> {
    const answer = await this.#once(question, timeouts, signal);
    return answer === STALE ? this.#once(question, timeouts, signal) : answer;
  }

  async #once(question: Question, timeouts: AuthorityTimeouts, signal: AbortSignal): Promise<AuthorityAnswer> {
    const { promise, resolve } = Promise.withResolvers<AuthorityAnswer>();
    try {
      const asked = this.#begin(question, signal);
      limit(asked, timeouts);
      asked.on('response', (answer) => {
        discard(answer);
        resolve({ status: answer.statusCode ?? 0, headers: headersOf(answer) });
      });
      asked.on('error', (error: NodeJS.ErrnoException) => resolve(asked.reusedSocket && error.code === 'ECONNRESET' ? STALE : NO_ANSWER));
      asked.on('close', () => resolve(NO_ANSWER));
      asked.end();
    } catch {
      // A URL that its variables have made into none.
      resolve(NO_ANSWER);
    }
    return promise;
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #begin({ url, method, headers }: Question, signal: AbortSignal): ClientRequest {
    const target = new URL(url);
    const path = asWritten(url) ?? target.pathname + target.search;
    const options = { path, method, headers: [...headers], signal, setHost: false };
    return target.protocol === 'https:'
      ? httpsRequest(target, { ...options, agent: this.#https })
      : httpRequest(target, { ...options, agent: this.#http });
  }
}

/** Path and query as nginx sends them: what variables brought is not encoded. Undefined where that would end the request line. */
function asWritten(url: string): string | undefined {
  const path = /^https?:\/\/[^/?#]*([\x21-\xff]*)$/i.exec(url)?.[1];
  return path?.startsWith('/') === false ? `/${path}` : path;
}

/** The connection and the head of the answer must come in time. */
function limit(asked: ClientRequest, { connectMs, readMs }: AuthorityTimeouts): void {
  let timer = setTimeout(() => asked.destroy(new Error('too late')), connectMs);
  const read = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => asked.destroy(new Error('too late')), readMs);
  };
  asked.on('socket', (socket) => {
    if (socket.connecting) socket.once('connect', read);
    else read();
  });
  asked.on('response', () => clearTimeout(timer));
  asked.on('close', () => clearTimeout(timer));
}

/** The body of an answer is of no interest; a connection with one that is long, or does not end, is not worth keeping. */
function discard(answer: IncomingMessage): void {
  let bytes = 0;
  const timer = setTimeout(() => answer.destroy(), LONGEST_BODY_MS).unref();
  answer.on('error', () => {});
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LONGEST_BODY_BYTES) answer.destroy();
  });
  answer.on('close', () => clearTimeout(timer));
}

function headersOf({ rawHeaders }: IncomingMessage): (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.push([(rawHeaders[at] ?? '').toLowerCase(), rawHeaders[at + 1] ?? '']);
  return headers;
}
