import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Artifact, LogFields, Logger, Origin } from '@sluice/core';
import { resolveAddresses, signalProcess, workerUser } from '@sluice/core';
import type { LiveSync } from '../apply/live-sync.ts';
import { NginxDataplane } from '../apply/nginx-dataplane.ts';
import { nginxFolder } from '../apply/nginx-folder.ts';
import { NginxReloader } from '../apply/nginx-reloader.ts';
import { NginxRuntime } from '../apply/nginx-runtime.ts';
import { nginxOptions } from '../options.ts';
import type { NginxOptions } from '../options.ts';
import { orphansIn, workersOf } from '../observe/worker-census.ts';
import { findMaster } from '../apply/nginx-master.ts';
import { probeNginx } from '../observe/probe.ts';
import type { Chunk, NginxTable } from '../render/nginx-table.ts';

/** The nginx that the tests run: `NGINX_BINARY`, or the one of the machine. */
export const testedNginx = probeNginx({ binary: process.env['NGINX_BINARY'], lua: 'auto' });

export const never = new AbortController().signal;
export const host = '127.0.0.1';

/** A channel to workers that does nothing. */
export const silentLive: LiveSync = { prepare: async () => {}, sync: async () => {}, drain: async () => 0, close: async () => {} };

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

export function testChunk(label: string, text: string, from?: Origin): Chunk {
  const digest = createHash('sha256').update(text).digest('hex');
  return {
    label,
    text,
    digest,
    optional: from !== undefined,
    origins: text
      .split('\n')
      .slice(1)
      .map(() => from),
  };
}

/** A server that answers its label; `more` goes into it. */
export function hostChunk(name: string, more = ''): Chunk {
  return testChunk(
    `host ${name}`,
    `server {\n  listen ${host}:__PORT__;\n  server_name ${name};\n  ${more}\n  location / { return 200 "${name}"; }\n}\n`,
    ingress(name),
  );
}

/** A controller's part of nginx over one data folder. */
export interface Side {
  readonly runtime: NginxRuntime;
  readonly dataplane: NginxDataplane;
  readonly reloader: NginxReloader;
  readonly told: Told[];
  readonly port: number;
  table(hosts: readonly Chunk[], change?: Partial<NginxTable>): NginxTable;
}

/** A data folder, and everything that runs in it. */
export class ProcessBench {
  readonly data = mkdtempSync(join(tmpdir(), 'sluice-nginx-test-'));
  readonly folder = nginxFolder(this.data);
  readonly #sides: Side[] = [];

  /** A controller; it may take over what another one has left. */
  side(options: Partial<NginxOptions> = {}, live?: LiveSync, program?: string): Side {
    const told: Told[] = [];
    const asked = { http: [{ host, port: 0 }], https: [] };
    const addresses = resolveAddresses(asked, this.folder);
    const user = workerUser(undefined, 'nginx');
    const chosen = addresses.http[0]?.port ?? 0;
    const table = tableMaker(chosen, user === undefined ? '' : `user ${user.name} ${user.group};\n`);
    const runtime = new NginxRuntime({
      writeAccessLog: () => {},
      metrics: undefined,
      folder: this.folder,
      nginx: testedNginx && { ...testedNginx, ...(program !== undefined && { path: program }) },
      options: { ...nginxOptions.parse({}), testTimeoutMs: 15_000, ...options },
      user,
      asked,
      addresses,
      lua: { files: [], digest: '' },
      live: live && (() => live),
      bootstrap: () => table([testChunk('bootstrap', `server { listen ${host}:${chosen} reuseport; return 503; }\n`)]),
      logger: listeningLogger(told),
    });
    const side = { runtime, told, table, port: chosen, dataplane: new NginxDataplane(runtime), reloader: new NginxReloader(runtime) };
    this.#sides.push(side);
    return side;
  }

  async started(options: Partial<NginxOptions> = {}, live?: LiveSync): Promise<Side> {
    const side = this.side(options, live);
    await side.dataplane.start(never);
    return side;
  }

  /** Forgets a controller as a kill would: nginx goes on, and nobody looks after it. */
  abandon(side: Side): void {
    side.runtime.process.forget();
    void side.runtime.errorLog.stop();
    this.#sides.splice(this.#sides.indexOf(side), 1);
  }

  /** Ends whatever runs in the folder. */
  async close(): Promise<void> {
    for (const { dataplane } of this.#sides) await dataplane.stop(AbortSignal.abort());
    const master = findMaster(this.folder);
    const rest = [...(master === undefined ? [] : [master, ...workersOf(master.pid)]), ...orphansIn(this.folder.root)];
    for (const one of rest) signalProcess(one, 'SIGKILL');
    rmSync(this.data, { recursive: true, force: true });
  }
}

function tableMaker(port: number, user: string): Side['table'] {
  return (hosts, change = {}) => {
    const body = [
      testChunk(
        'the main settings',
        `${user}daemon off;\nworker_processes 2;\npid run/nginx.pid;\nerror_log run/error.log notice;\nevents { worker_connections 512; }\n`,
      ),
      testChunk('the http block', `http {\naccess_log off;\n${TEMPORARY}`),
      testChunk('the default server', `server {\n  listen ${host}:${port} default_server reuseport;\n  return 404;\n}\n`, undefined),
      ...hosts.map((chunk) => ({ ...chunk, text: chunk.text.replaceAll('__PORT__', String(port)) })),
    ];
    const files = change.files ?? [];
    const digest = createHash('sha256')
      .update(JSON.stringify([body, files]))
      .digest('hex');
    const control = `server {\n  listen unix:run/control.sock;\n  location = /generation { return 200 ${digest}; }\n  location = /stub { stub_status; }\n  location = /live { return 200; }\n}\n`;
    const isBootstrap = hosts.length === 1 && hosts[0]?.label === 'bootstrap';
    const chunks = [
      ...body.filter(({ label }) => !(isBootstrap && label === 'the default server')),
      testChunk('the control socket', control),
      testChunk('the end', '}\n'),
    ];
    return { chunks, files, digest, live: undefined, ...change };
  };
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path temp/${name};\n`).join('');

/** The artifact of a table. */
export function artifactOf(table: NginxTable): Artifact {
  return { digest: `${table.digest}${table.live?.digest ?? ''}`, table, files: () => [] };
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
