import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders, RequestOptions } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createDefaultCertificate, sharedLuaFolder } from '@sluice/core';
import { probeNginx } from '../observe/probe.ts';

const found = probeNginx({ binary: process.env['SLUICE_TEST_NGINX'], lua: 'auto' });
const modules = found?.capabilities.lua.found === true ? found.capabilities.lua.modules : undefined;

/** Whether an nginx with Lua is here. */
export const hasLua = modules !== undefined;

const DEADLINE_MS = 15_000;

export interface LiveServerSettings {
  /** Directives of the http server; locations with `proxy_pass http://sluice`. */
  readonly http?: string;
  /** Directives of the default https server besides its certificate. */
  readonly https?: string;
  /** More of the http block. */
  readonly more?: string;
  readonly memory?: string;
  readonly workers?: number;
  /** Content of the state file. */
  readonly live?: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An nginx with the Lua of this package and a configuration by hand, in a folder of its own. */
export class LiveServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'sluice-live-'));
  readonly socket = join(this.folder, 'run', 'control.sock');
  readonly stateFile = join(this.folder, 'live');
  port = 0;
  tlsPort = 0;
  #settings: LiveServerSettings;
  #process: ChildProcess | undefined;

  private constructor(settings: LiveServerSettings) {
    this.#settings = settings;
  }

  static async start(settings: LiveServerSettings = {}): Promise<LiveServer> {
    const server = new LiveServer(settings);
    chmodSync(server.folder, 0o711);
    for (const name of ['run', 'temp']) mkdirSync(join(server.folder, name));
    const { chain, privateKey } = await createDefaultCertificate();
    writeFileSync(join(server.folder, 'default.crt'), chain);
    writeFileSync(join(server.folder, 'default.key'), privateKey.reveal());
    if (settings.live !== undefined) writeFileSync(server.stateFile, settings.live, { mode: 0o600 });
    [server.port, server.tlsPort] = await freePorts();
    await server.run('first');
    return server;
  }

  /** Starts nginx, which does not run. */
  async run(generation: string): Promise<void> {
    this.#write(generation);
    this.#process = spawn(found?.path ?? 'nginx', ['-p', './', '-c', 'nginx.conf'], { cwd: this.folder, stdio: 'ignore' });
    await until(
      async () => (await this.control('GET', '/generation').catch(() => undefined))?.body === generation,
      () => this.log,
    );
  }

  /** Makes nginx load the configuration again; its workers get another generation. */
  async reload(generation: string, settings: LiveServerSettings = this.#settings): Promise<void> {
    this.#settings = settings;
    this.#write(generation);
    this.#process?.kill('SIGHUP');
    await until(
      async () => (await this.control('GET', '/generation').catch(() => undefined))?.body === generation,
      () => this.log,
    );
  }

  async stop(): Promise<void> {
    const process_ = this.#process;
    if (process_ === undefined || process_.exitCode !== null) return;
    const ended = new Promise((resolve) => process_.once('exit', resolve));
    process_.kill('SIGTERM');
    await ended;
    rmSync(this.socket, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get log(): string {
    return readFileSync(join(this.folder, 'run', 'error.log'), 'latin1');
  }

  /** What nginx complains of. */
  get complaints(): readonly string[] {
    return this.log.split('\n').filter((line) => /\[(?:error|crit|alert|emerg)\]/.test(line));
  }

  control(method: string, path: string, body?: Buffer): Promise<Answer> {
    return ask({ socketPath: this.socket, method, path, agent: false }, body);
  }

  get(path: string, headers: OutgoingHttpHeaders = {}, options: RequestOptions = {}): Promise<Answer> {
    return ask({ host: '127.0.0.1', port: this.port, path, headers, agent: false, ...options });
  }

  #write(generation: string): void {
    writeFileSync(join(this.folder, 'nginx.conf'), this.#configuration(generation), 'latin1');
  }

  #configuration(generation: string): string {
    const { http = '', https = '', more = '', memory = '32m', workers = 1 } = this.#settings;
    return `
${(modules ?? []).map((path) => `load_module ${path};`).join('\n')}
daemon off; worker_processes ${workers}; pid run/nginx.pid; error_log run/error.log notice;
events { worker_connections 512; }
http {
  client_body_temp_path temp/body; proxy_temp_path temp/proxy; fastcgi_temp_path temp/f; uwsgi_temp_path temp/u; scgi_temp_path temp/s;
  access_log off; uninitialized_variable_warn off; variables_hash_max_size 2048;
  lua_package_path "${[new URL('../lua/', import.meta.url), sharedLuaFolder].map((folder) => `${fileURLToPath(folder)}?.lua;`).join('')};";
  lua_shared_dict sluice_live ${memory}; lua_shared_dict sluice_workers 256k;
  map $http_host $sluice_authority { default $http_host; }
  init_by_lua_block { require("sluice.init") }
  init_worker_by_lua_block { require("sluice.worker").start("${generation}") }
  exit_worker_by_lua_block { require("sluice.worker").stop() }
  rewrite_by_lua_block { require("sluice.route").rewrite() }
  header_filter_by_lua_block { require("sluice.answer").filter() }
  log_by_lua_block { require("sluice.balance").log() }
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_next_upstream_tries 0;
  map $request_id $sluice_request_id { default $request_id; }
  upstream sluice { server 0.0.0.1; balancer_by_lua_block { require("sluice.balance").balance() } keepalive 64; }
  ${more}
  server {
    listen unix:run/control.sock; client_max_body_size 0; client_body_buffer_size 64k;
    rewrite_by_lua_block { } header_filter_by_lua_block { } log_by_lua_block { }
    location = /generation { return 200 "${generation}"; }
    location = /live { content_by_lua_block { require("sluice.control").live() } }
    location = /drain { content_by_lua_block { require("sluice.control").drain() } }
    location = /workers { content_by_lua_block { require("sluice.control").workers() } }
  }
  server { listen 127.0.0.1:${this.port} default_server; set $sluice_stand_in ""; set $sluice_tries ""; set $sluice_cookie_path "";
    set $sluice_names ""; ${http} }
  server { listen 127.0.0.1:${this.tlsPort} ssl default_server; ssl_certificate default.crt; ssl_certificate_key default.key;
    ssl_client_hello_by_lua_block { require("sluice.certificate").hello() }
    set $sluice_stand_in ""; set $sluice_tries ""; set $sluice_cookie_path ""; set $sluice_names ""; ${https} }
}
`;
  }
}

/** Resolves when the condition holds; fails with what `about` says when it never does. */
export async function until(condition: () => Promise<boolean> | boolean, about: () => string): Promise<void> {
  for (const end = performance.now() + DEADLINE_MS; performance.now() < end; await pause(5)) if (await condition()) return;
  throw new Error(`it does not happen: ${about()}`);
}

function ask(options: RequestOptions, body?: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(options, (answer) => {
      let text = '';
      answer.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
      answer.once('error', reject);
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()] as const;
  const ports = await Promise.all(
    servers.map((server) => new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve(portOf(server.address()))))),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [ports[0] ?? 0, ports[1] ?? 0];
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
