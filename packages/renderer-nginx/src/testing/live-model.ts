import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { builtIn, defaultServing } from '@sluice/core';
import type { Certificate, Endpoint, RoutingModel, Upstream } from '@sluice/core';
import { liveTableOf } from '../translate/live-table.ts';
import type { LiveTable } from '../translate/live-table.ts';

/** An upstream `shop/NAME:80` of these endpoints, `host:port`; hosts with letters are names. */
export function upstream(name: string, endpoints: readonly string[], more: Partial<Upstream> = {}): Upstream {
  return {
    id: `shop/${name}:80`,
    namespace: 'shop',
    service: name,
    port: '80',
    endpoints: endpoints.map(endpoint),
    from: builtIn,
    ...more,
  };
}

export function endpoint(text: string): Endpoint {
  const [, host = '', port = ''] = /^\[?([^\]]*)\]?:(\d+)$/.exec(text) ?? [];
  const from = builtIn;
  return /[g-z]/.test(host)
    ? { kind: 'name', name: host, port: Number(port), from }
    : { kind: 'address', address: host, port: Number(port), from };
}

/** `hosts` are ids of certificates by host. */
export function table(
  upstreams: readonly Upstream[],
  certificates: readonly Certificate[] = [],
  hosts: Readonly<Record<string, string | undefined>> = {},
): LiveTable {
  const virtualHosts = Object.entries(hosts).map(([name, certificate]) => ({
    name,
    match: { kind: 'exact' as const, name },
    routes: [],
    tls: { certificate, from: builtIn },
    from: builtIn,
  }));
  const model: RoutingModel = { listeners: [], settings: defaultServing, virtualHosts, upstreams, certificates, streams: [] };
  return liveTableOf(model);
}

/** An HTTP server on 127.0.0.1 that answers with its name unless told otherwise; closed when disposed of. */
export class TestEndpoint {
  readonly server;
  readonly name: string;
  /** Targets of the requests so far. */
  readonly asked: string[] = [];

  private constructor(name: string, answer: (request: IncomingMessage, response: ServerResponse) => void) {
    this.name = name;
    this.server = createServer((request, response) => {
      this.asked.push(request.url ?? '');
      answer(request, response);
    });
  }

  static async listen(
    name: string,
    answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end(name),
  ): Promise<TestEndpoint> {
    const made = new TestEndpoint(name, answer);
    await new Promise<void>((resolve) => made.server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get address(): string {
    const address = this.server.address();
    return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}
