import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ApiClient } from '../kubernetes/api-client.ts';
import type { ApiObject } from '../kubernetes/resource.ts';

/** A request that arrived. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** Answers one request; a watch keeps its response open. */
export type Answer = (asked: Asked, response: ServerResponse, request: IncomingMessage) => void;

/** A server on 127.0.0.1 that answers as a test says: lists and watches of the Kubernetes API over plain HTTP. */
export class TestApiServer implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly client: ApiClient;
  answer: Answer;
  readonly #server: Server;

  private constructor(server: Server, answer: Answer) {
    this.#server = server;
    this.answer = answer;
    const { port } = server.address() as AddressInfo;
    this.client = new ApiClient({ server: `http://127.0.0.1:${port}`, namespace: 'default', proxied: false, authorize: async () => {} });
  }

  static async start(answer: Answer): Promise<TestApiServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const started = new TestApiServer(server, answer);
    server.on('request', (request, response) => void started.#take(request, response));
    return started;
  }

  /** What was asked for, as `list`, `list CONTINUE`, `watch VERSION` and `METHOD PATH`. */
  get told(): readonly string[] {
    return this.asked.map(({ method, path, query }) => {
      if (method !== 'GET') return `${method} ${path}`;
      if (query.get('watch') !== null) return `watch ${query.get('resourceVersion')}`;
      return query.get('limit') === null ? `get ${path}` : `list ${query.get('continue') ?? ''}`.trimEnd();
    });
  }

  /** Cuts every connection. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const url = new URL(request.url ?? '/', 'http://api.test');
    const parsed = body === '' ? undefined : (JSON.parse(body) as unknown);
    const asked = { method: request.method ?? '', path: url.pathname, query: url.searchParams, body: parsed };
    this.asked.push(asked);
    this.answer(asked, response, request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }
}

export function apiObject(name: string, resourceVersion: string, more: object = {}): ApiObject {
  return { ...more, metadata: { name, namespace: 'shop', resourceVersion } };
}

export function listOf(resourceVersion: string, items: readonly ApiObject[], next?: string): string {
  return JSON.stringify({ metadata: { resourceVersion, ...(next !== undefined && { continue: next }) }, items });
}

export function refuse(response: ServerResponse, code: number, reason: string, message = reason): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify({ kind: 'Status', code, reason, message }));
}

export function event(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}
