import { request } from 'node:http';

/** Asks the control server of nginx for short texts. */
export class ControlSocket {
  readonly #path: () => string;

  /** `path`: of the socket, asked for every time. */
  constructor(path: () => string) {
    this.#path = path;
  }

  /** Digest of the generation whose worker answers; undefined when none does in time. */
  generation(timeoutMs: number): Promise<string | undefined> {
    return this.get('/generation', timeoutMs);
  }

  /** The body of a 200 answer; undefined for any other, and when there is none in time. */
  get(path: string, timeoutMs: number): Promise<string | undefined> {
    return this.#ask('GET', path, timeoutMs);
  }

  /** The same of what is gone from nginx afterwards. */
  take(path: string, timeoutMs: number): Promise<string | undefined> {
    return this.#ask('POST', path, timeoutMs);
  }

  #ask(method: 'GET' | 'POST', path: string, timeoutMs: number): Promise<string | undefined> {
    return new Promise((resolve) => {
      const give = (): void => resolve(undefined);
      const signal = AbortSignal.timeout(timeoutMs);
      const asked = request({ socketPath: this.#path(), method, path, agent: false, signal }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => (text += chunk));
        answer.once('end', () => resolve(answer.statusCode === 200 ? text : undefined));
        answer.once('error', give);
      });
      asked.once('error', give);
      asked.end();
    });
  }
}
