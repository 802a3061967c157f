/**
 * The servers that examples/shop routes to, all in one process: HTTP that tells what reached it, and WebSocket echo.
 * Runs by itself, without a build: `node examples/upstreams/server.ts`.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import { answerPage } from './answer-page.ts';
import type { Answer } from './answer-page.ts';
import { upstreams } from './upstream.ts';
import type { Upstream } from './upstream.ts';

/** Servers that are listening. */
export interface RunningUpstreams {
  /** Ends them with their connections; resolves when all ports are free. */
  close(): Promise<void>;
}

/** Starts every server on 127.0.0.1. Rejects when a port is in use, with none of them left running. */
export async function startUpstreams(wanted: readonly Upstream[] = upstreams): Promise<RunningUpstreams> {
  const started: Server[] = [];
  const close = async (): Promise<void> => void (await Promise.all(started.map(stop)));
  try {
    for (const upstream of wanted) started.push(await start(upstream));
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

function start(upstream: Upstream): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  // Longer than proxies keep idle connections, so that none is closed at the moment it is used again.
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => answer(upstream, request, response));
  echoSockets(server, upstream);
  server.once('error', reject);
  server.listen(upstream.port, '127.0.0.1', () => resolve(server));
  return promise;
}

function stop(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  return promise;
}

function answer({ service, port }: Upstream, request: IncomingMessage, response: ServerResponse): void {
  const told: Answer = { service, port, method: request.method ?? '', url: request.url ?? '', headers: request.headers };
  const page = request.headers.accept?.includes('text/html') === true;
  const body = page ? answerPage(told) : `${JSON.stringify(told, null, 2)}\n`;
  request.resume();
  response.writeHead(200, {
    'content-type': page ? 'text/html; charset=utf-8' : 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-upstream': `${service}:${port}`,
    vary: 'accept',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function echoSockets(server: Server, { service, port }: Upstream): void {
  const sockets = new WebSocketServer({ server, maxPayload: 1024 * 1024 });
  // Errors of the HTTP server come here as well; whoever listens there deals with them.
  sockets.on('error', () => {});
  sockets.on('connection', (socket) => {
    socket.on('error', () => socket.terminate());
    socket.send(`${service} on port ${port} is listening`);
    socket.on('message', (data, binary) => socket.send(binary || !Buffer.isBuffer(data) ? data : `${service}: ${data.toString()}`));
  });
  server.once('close', () => {
    for (const socket of sockets.clients) socket.terminate();
  });
}

if (import.meta.main) {
  const running = await startUpstreams();
  console.log(upstreams.map(({ service, port }) => `${service.padEnd(8)} http://127.0.0.1:${port}`).join('\n'));
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => void running.close());
}
