import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { ApiError } from './api-error.ts';
import type { ApiStatus } from './api-error.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import { parseJson } from './json-lines.ts';

/** For a connection, and for an answer to begin and to go on. */
const TIMEOUT_MS = 30_000;

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Path of the API, such as `/api/v1/secrets`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly accept?: string;
  readonly body?: unknown;
  /** Of the body; JSON by default. */
  readonly contentType?: string;
  readonly signal: AbortSignal;
}

/** Asks an API server. Rejects with `ApiError` when it refuses and with the error of the connection when it does not answer. */
export class ApiClient {
  readonly #connection: ClusterConnection;
  readonly #agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };

  constructor(connection: ClusterConnection) {
    this.#connection = connection;
  }

  get namespace(): string {
    return this.#connection.namespace;
  }

  /** The JSON that it answers. */
  async json<T>(request: ApiRequest): Promise<T> {
    const answer = await this.#send(request);
    return parseJson(await text(answer)) as T;
  }

  /** The body of an answer that goes on for long, such as that of a watch. */
  stream(request: ApiRequest): Promise<IncomingMessage> {
    return this.#send(request);
  }

  async #send(request: ApiRequest): Promise<IncomingMessage> {
    const url = urlOf(this.#connection.server, request);
    const options = await this.#optionsFor(url, request);
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = (url.protocol === 'http:' ? requestHttp : requestHttps)(url, options, resolve);
      sent.once('timeout', () => sent.destroy(new Error(`the API server has not answered for ${TIMEOUT_MS} ms`)));
      sent.once('error', reject);
      sent.end(body);
    });
    const { statusCode = 0 } = answer;
    if (statusCode >= 200 && statusCode < 300) return answer;
    throw new ApiError(statusCode, await statusOf(answer), Number(answer.headers['retry-after'] ?? 0) * 1000 || 0);
  }

  async #optionsFor(
    url: URL,
    { method = 'GET', accept = 'application/json', body, contentType, signal }: ApiRequest,
  ): Promise<RequestOptions> {
    const headers: Record<string, string> = { accept, 'user-agent': 'sluice' };
    if (body !== undefined) headers['content-type'] = contentType ?? 'application/json';
    const options: RequestOptions = { method, headers, signal, timeout: TIMEOUT_MS };
    await this.#connection.authorize(options);
    if (!this.#connection.proxied) options.agent = url.protocol === 'http:' ? this.#agents.http : this.#agents.https;
    return options;
  }
}

function urlOf(server: string, { path, query = {} }: ApiRequest): URL {
  const url = new URL(server.replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') url.searchParams.set(name, value);
  return url;
}

/** What a refusal says; a proxy on the way may answer anything. */
async function statusOf(answer: IncomingMessage): Promise<ApiStatus> {
  const body = await text(answer).catch(() => '');
  try {
    return JSON.parse(body) as ApiStatus;
  } catch {
    return { message: body.slice(0, 200) };
  }
}
