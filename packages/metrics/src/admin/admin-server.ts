import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { SluiceError, messageOf } from '@sluice/core';
import type { AdminRoute, ListenAddress } from '@sluice/core';

/** Serves the admin pages over plain HTTP. */
export class AdminServer {
  readonly #server: FastifyInstance;

  constructor(routes: readonly AdminRoute[]) {
    this.#server = fastify({ logger: false, forceCloseConnections: true });
    for (const { path, answer } of routes) {
      this.#server.get(path, async (request, reply) => {
        const { status, body, type = 'text/plain; charset=utf-8' } = await answer(new URL(request.url, 'http://admin').searchParams);
        return reply
          .code(status)
          .type(typeof body === 'string' ? type : 'application/json; charset=utf-8')
          .send(typeof body === 'string' ? body : JSON.stringify(body));
      });
    }
    this.#server.setNotFoundHandler((_request, reply) =>
      reply.code(404).send({ error: 'not found', pages: routes.map(({ path }) => path) }),
    );
  }

  /** Resolves to the bound port. Throws `SLU3001` when the address cannot be bound. */
  async listen({ host, port }: ListenAddress): Promise<number> {
    try {
      await this.#server.listen({ host: host === '' ? '::' : host, port });
    } catch (error) {
      throw new SluiceError('SLU3001', `cannot listen for administration: ${messageOf(error)}`, { cause: error });
    }
    const bound = this.#server.server.address();
    return typeof bound === 'object' && bound !== null ? bound.port : port;
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
