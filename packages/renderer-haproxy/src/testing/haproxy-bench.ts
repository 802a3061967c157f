import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { Server as HttpServer, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { allProcesses, defaultServing, processInfo, processTitle, resolveAddresses, runsIn, signalProcess, workerUser } from '@sluice/core';
import type { Artifact, LogFields, Logger, Origin } from '@sluice/core';
import { HaproxyDataplane } from '../apply/haproxy-dataplane.ts';
import { haproxyFolder } from '../apply/haproxy-folder.ts';
import { HaproxyReloader } from '../apply/haproxy-reloader.ts';
import { HaproxyRuntime } from '../apply/haproxy-runtime.ts';
import { probeHaproxy } from '../observe/probe.ts';
import type { FoundHaproxy } from '../observe/probe.ts';
import { printSection } from '../render/print.ts';
import { logging } from '../translate/access-log.ts';
import { haproxyOptions } from '../options.ts';
import type { HaproxyOptions } from '../options.ts';
import type { BackendSection, HaproxyTable, MapFile, Section, Server } from '../render/haproxy-table.ts';

/** The HAProxies that the tests run: `HAPROXY_BINARY` or the one of the machine, and that of Debian 13 where it is there. */
export const testedHaproxies: readonly FoundHaproxy[] = [process.env['HAPROXY_BINARY'], newer()].flatMap((binary, index) =>
  index > 0 && binary === undefined ? [] : (probeHaproxy({ binary }) ?? []),
);

function newer(): string | undefined {
  const script = fileURLToPath(new URL('../../../../scripts/newer-proxy.mjs', import.meta.url));
  const told = execFileSync(process.execPath, [script, 'haproxy'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return (JSON.parse(told) as { readonly binary?: string }).binary;
}

export const never = new AbortController().signal;
export const host = '127.0.0.1';
const user = workerUser(undefined, 'haproxy');

/** What a logger was told. */
export interface Told {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields | undefined;
}

export function listeningLogger(told: Told[]): Logger {
  const at =
    (level: Told['level']) =>
    (message: string, fields?: LogFields): void =>
      void told.push({ level, message, fields });
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** An Ingress to blame. */
export function ingress(name: string): Origin {
  return { object: { kind: 'Ingress', namespace: 'shop', name }, field: 'spec.rules[0]' };
}

export function testSection(label: string, text: string, from?: Origin): Section {
  const digest = createHash('sha256').update(text).digest('hex');
  const origins = text
    .split('\n')
    .slice(1)
    .map(() => from);
  return { label, text, origins, digest };
}

/** A backend with servers on ports of this machine; `more` goes into it. */
export function testBackend(
  name: string,
  ports: readonly number[],
  change: Partial<BackendSection> & { readonly more?: string } = {},
): BackendSection {
  const { more = '', ...rest } = change;
  const servers = change.servers ?? ports.map((port): Server => ({ name: `s${port}`, address: `${host}:${port}`, parameters: '' }));
  const lines = servers.map((server) => `  server ${server.name} ${server.address} ${server.parameters}\n`).join('');
  const text = `backend ${name}\n  balance roundrobin\n${more}${lines}`;
  return { ...testSection(`backend of ${name}`, text, ingress(name)), name, class: 'plain', dynamic: true, servers, ...rest };
}

export function spares(count: number, class_ = 'plain'): readonly BackendSection[] {
  return Array.from({ length: count }, (_, index) => testBackend(`spare-${class_}-${index}`, [], { class: class_, spare: true }));
}

/** A map with entries. */
export function testMap(
  name: string,
  entries: Readonly<Record<string, string>> | ReadonlyMap<string, string>,
  change: Partial<MapFile> = {},
): MapFile {
  return { name, entries: entries instanceof Map ? entries : new Map(Object.entries(entries)), ...change };
}

/** What a table of a test says; hosts lead to backends by name. */
export interface Wanted extends Partial<Omit<HaproxyTable, 'digest'>> {
  readonly hosts?: Readonly<Record<string, string>>;
  readonly more?: string;
}

/** A controller's part of HAProxy over one data folder. */
export interface Side {
  readonly runtime: HaproxyRuntime;
  readonly dataplane: HaproxyDataplane;
  readonly reloader: HaproxyReloader;
  readonly told: Told[];
  readonly accessLog: string[];
  readonly port: number;
  readonly tlsPort: number;
  table(wanted: Wanted): HaproxyTable;
}

/** A data folder, and everything that runs in it. */
export class HaproxyBench {
  readonly data: string;
  readonly folder;
  readonly #made: string;
  readonly #haproxy: FoundHaproxy;
  readonly #sides: Side[] = [];
  readonly #servers: HttpServer[] = [];

  constructor(haproxy: FoundHaproxy, deep = '') {
    this.#haproxy = haproxy;
    this.#made = mkdtempSync(join(tmpdir(), 'sluice-haproxy-test-'));
    this.data = join(this.#made, deep);
    this.folder = haproxyFolder(this.data);
  }

  /** A controller; it may take over what another one has left. */
  side(options: Partial<HaproxyOptions> = {}, haproxy = this.#haproxy): Side {
    const told: Told[] = [];
    const accessLog: string[] = [];
    const asked = { http: [{ host, port: 0 }], https: [{ host, port: 0 }] };
    const addresses = resolveAddresses(asked, this.folder);
    const [port, tlsPort] = [addresses.http[0]?.port ?? 0, addresses.https[0]?.port ?? 0];
    const table = tableMaker(port, tlsPort);
    const runtime = new HaproxyRuntime({
      folder: this.folder,
      haproxy,
      options: { ...haproxyOptions.parse({}), testTimeoutMs: 15_000, ...options },
      user,
      asked,
      addresses,
      lua: [],
      bootstrap: () => table({ more: '  http-request return status 503 if TRUE\n' }),
      metrics: undefined,
      writeAccessLog: (lines) => void accessLog.push(lines),
      logger: listeningLogger(told),
    });
    const [dataplane, reloader] = [new HaproxyDataplane(runtime), new HaproxyReloader(runtime)];
    const side = { runtime, told, accessLog, table, port, tlsPort, dataplane, reloader };
    this.#sides.push(side);
    return side;
  }

  async started(options: Partial<HaproxyOptions> = {}): Promise<Side> {
    const side = this.side(options);
    await side.dataplane.start(never);
    return side;
  }

  /** A server that answers its port, or by a function. */
  async upstream(answer?: (response: ServerResponse) => void): Promise<number> {
    const server = createServer((_, response) => (answer === undefined ? void response.end(String(port)) : answer(response)));
    await new Promise<void>((resolve) => void server.listen(0, host, resolve));
    const { port } = server.address() as AddressInfo;
    this.#servers.push(server);
    return port;
  }

  /** Forgets a controller as a kill would: HAProxy goes on, and nobody looks after it. */
  abandon(side: Side): void {
    side.runtime.process.forget();
    side.runtime.leaving.forget();
    void side.runtime.output.stop();
    this.#sides.splice(this.#sides.indexOf(side), 1);
  }

  /** Ends whatever runs in the folder. */
  async close(): Promise<void> {
    for (const { dataplane } of this.#sides) await dataplane.stop(AbortSignal.abort());
    for (const pid of allProcesses()) {
      const info = processTitle(pid).includes('current/haproxy.cfg') && runsIn(pid, this.folder.root) ? processInfo(pid) : undefined;
      if (info !== undefined) signalProcess(info, 'SIGKILL');
    }
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(this.#made, { recursive: true, force: true });
  }
}

function tableMaker(port: number, tlsPort: number): Side['table'] {
  return ({ hosts = {}, more = '', ...wanted }) => {
    const certificateLines = wanted.certificateLines ?? [{ certificate: undefined, options: '', names: [] }];
    const tls = `frontend tls\n  bind ${host}:${tlsPort} ssl crt-list current/certificates.list\n  http-request return status 200 content-type text/plain string tls\n`;
    const body = {
      frame: [
        testSection(
          'the main settings',
          `global\n  log stdout format raw local0\n  nbthread 2\n  hard-stop-after 30s\n${user === undefined ? '' : `  user ${user.name}\n`}`,
        ),
        testSection(
          'the defaults',
          'defaults\n  mode http\n  log global\n  timeout client 10s\n  timeout connect 2s\n  timeout server 10s\n',
        ),
        testSection('the frontends', `${FRONTEND.replace('__PORT__', String(port)).replace('__MORE__', more)}${tls}`),
      ],
      backends: [...spares(2)],
      maps: [testMap('backends', {}, { runtime: true }), testMap('records', {}), testMap('hosts', hosts)],
      certificates: [],
      files: [],
      ...wanted,
      certificateLines,
    };
    const told = {
      ...body,
      maps: body.maps.map((map) => [map.name, [...map.entries]]),
      certificates: body.certificates.map(({ name, pem }) => [name, pem.fingerprint]),
    };
    return { ...body, digest: createHash('sha256').update(JSON.stringify(told)).digest('hex') };
  };
}

/** Requests are written as by a configuration that was translated; where to, the global settings say. */
const REQUESTS = printSection({
  label: '',
  head: [],
  lines: logging(defaultServing.accessLog).filter(({ words }) => words[0] !== 'log'),
})
  .text.trimEnd()
  .concat('\n');

const FRONTEND = `frontend web
  bind ${host}:__PORT__
${REQUESTS}  http-request set-var(txn.host) req.hdr(host)
  http-request set-header x-record %[path,map_str(current/maps/records.map)]
__MORE__  http-request set-var(txn.up) req.hdr(host),map_str(current/maps/hosts.map)
  http-request return status 404 unless { var(txn.up) -m found }
  http-request set-var(txn.place) var(txn.up),map_str(current/maps/backends.map)
  use_backend %[var(txn.place)] if { var(txn.place) -m found }
  use_backend %[var(txn.up)]
`;

/** The artifact of a table. */
export function artifactOf(table: HaproxyTable): Artifact {
  return { digest: table.digest, table, files: () => [] };
}

/** The answer to a request, or undefined when there is none. */
export async function ask(port: number, name: string, path = '/'): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  request({ host, port, path, headers: { host: name }, agent: false })
    .on('error', () => resolve(undefined))
    .on('response', (response) => {
      let body = '';
      response
        .on('data', (part: Buffer) => (body += part.toString()))
        .on('error', () => resolve(undefined))
        .on('end', () => resolve(`${response.statusCode} ${body}`));
    })
    .end();
  return promise;
}

/** Waits until something holds. The limit of the test is the limit. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(10);
}
