import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { ModelBuilder, SnapshotStore, createBackend, defaultModelOptions } from '@sluice/core';
import type { Backend } from '@sluice/core';
import haproxy from '../index.ts';
import type { FoundHaproxy } from '../observe/probe.ts';
import { host, never } from './haproxy-bench.ts';

/** What an Ingress of a test says: a host, annotations, and what differs from a route of everything to the echo. */
export interface Served {
  readonly host?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly pathType?: string;
  readonly service?: string;
}

/** What the echo says to a head: everything after `HTTP/1.1 `. */
export type Answering = (head: string) => string;

/** An HAProxy that serves Ingresses, in front of an upstream that keeps the heads of requests as they came. */
export class ServedObjects {
  readonly folder = mkdtempSync(join(tmpdir(), 'sluice-served-'));
  /** Heads of requests that got to the upstream, one char a byte. */
  readonly heads: string[] = [];
  readonly #echo: Server;
  readonly #answering: Answering;
  #backend: Backend | undefined;

  private constructor(echo: Server, answering: Answering) {
    this.#echo = echo;
    this.#answering = answering;
    echo.on('connection', (socket) => this.#answer(socket));
  }

  static async start(
    found: FoundHaproxy,
    made: (echoPort: number) => readonly Served[],
    { more = [], answering = usualAnswer }: { readonly more?: readonly object[]; readonly answering?: Answering } = {},
  ): Promise<ServedObjects> {
    const echo = createServer();
    await new Promise<void>((resolve) => echo.listen(0, host, resolve));
    const served = new ServedObjects(echo, answering);
    await served.#serve(found, [
      ...service('echo', served.echoPort),
      ...service('closed', 1),
      ...more,
      ...made(served.echoPort).map(ingress),
    ]);
    return served;
  }

  get echoPort(): number {
    return (this.#echo.address() as AddressInfo).port;
  }

  get httpPort(): number {
    return this.#backend?.dataplane.addresses?.().http[0]?.port ?? 0;
  }

  get tlsPort(): number {
    return this.#backend?.dataplane.addresses?.().https[0]?.port ?? 0;
  }

  /** Sends bytes as they are, by TLS with options; the whole answer, one char a byte. */
  async send(bytes: string, tls?: ConnectionOptions): Promise<string> {
    const addresses = this.#backend?.dataplane.addresses?.();
    const port = (tls === undefined ? addresses?.http : addresses?.https)?.[0]?.port ?? 0;
    const socket = tls === undefined ? connect(port, host) : connectTls({ host, port, rejectUnauthorized: false, ...tls });
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    socket.write(bytes, 'latin1');
    await new Promise<void>((resolve, reject) => socket.once('close', () => resolve()).once('error', reject));
    return answer;
  }

  get(name: string, target: string, lines = '', tls?: ConnectionOptions): Promise<string> {
    return this.send(`GET ${target} HTTP/1.1\r\nHost: ${name}\r\n${lines}Connection: close\r\n\r\n`, tls);
  }

  async stop(): Promise<void> {
    await this.#backend?.dataplane.stop(AbortSignal.timeout(2000));
    this.#echo.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #serve({ path: binary }: FoundHaproxy, objects: readonly object[]): Promise<void> {
    const store = new SnapshotStore();
    store.change(objects.map((object) => ({ kind: 'put', object })));
    const { model } = new ModelBuilder({ ...defaultModelOptions, annotationsRiskLevel: 'Critical' }).build(store.snapshot());
    const listen = { http: [{ host, port: 0 }], https: [{ host, port: 0 }] };
    this.#backend = createBackend({ plugins: [haproxy({ binary, accessLog: false })], backend: 'haproxy', data: this.folder, listen });
    const { renderer, reloader, dataplane } = this.#backend;
    await dataplane.start(never);
    const outcome = await reloader.apply(renderer.render(renderer.translate(model).tree), never);
    if (outcome.kind !== 'applied') throw new Error(JSON.stringify(outcome));
  }

  #answer(socket: Socket): void {
    let text = '';
    socket.on('error', () => undefined);
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      if (!text.includes('\r\n\r\n')) return;
      this.heads.push(text);
      socket.end(`HTTP/1.1 ${this.#answering(text)}`, 'latin1');
    });
  }
}

function usualAnswer(head: string): string {
  const status = head.startsWith('GET /refuse') ? '401 Unauthorized' : '200 OK';
  return `${status}\r\nContent-Length: 0\r\nConnection: close\r\nCookie: inner=1\r\n\r\n`;
}

function service(name: string, port: number): readonly object[] {
  return [
    { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ name: 'http', port: 80 }] } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
      ports: [{ name: 'http', port }],
      endpoints: [{ addresses: [host] }],
    },
  ];
}

function ingress(
  { host: name, annotations = {}, path = '/', pathType = 'ImplementationSpecific', service: to = 'echo' }: Served,
  index: number,
): object {
  const prefixed = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]));
  const backend = { service: { name: to, port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: `i-${index}`, annotations: prefixed },
    spec: {
      ingressClassName: 'nginx',
      rules: [{ ...(name !== undefined && { host: name }), http: { paths: [{ path, pathType, backend }] } }],
    },
  };
}
