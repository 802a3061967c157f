import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDefaultCertificate, sharedLuaFolder } from '@sluice/core';

const MODULES = ['ndk_http_module.so', 'ngx_http_lua_module.so'];

/** Where the modules of nginx are that Lua needs; undefined when nginx or Lua is not here. */
function findModules(): string | undefined {
  const { stderr, status } = spawnSync('nginx', ['-V'], { encoding: 'utf8' });
  const path = /--modules-path=(\S+)/.exec(status === 0 ? stderr : '')?.[1];
  return path !== undefined && MODULES.every((name) => existsSync(join(path, name))) ? path : undefined;
}

const modules = findModules();

/** Whether an nginx with Lua is here. */
export const hasNginx = modules !== undefined;

/** What a configuration is made for. */
export interface Ports {
  readonly http: number;
  readonly https: number;
}

/** Two ports that nobody listens on. */
export async function freePorts(): Promise<Ports> {
  const servers = [createServer(), createServer()] as const;
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return { http: ports[0] ?? 0, https: ports[1] ?? 0 };
}

/** An nginx with these plans, of which the `http` block has these directives at its end; `files` are in the folder where it runs. Stops when disposed of. */
export class PlanServer {
  readonly #folder: string;
  readonly #process: ReturnType<typeof spawn>;
  #log = '';

  private constructor(folder: string) {
    this.#folder = folder;
    this.#process = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }

  static async start(plans: string, directives: string, files: Readonly<Record<string, string>> = {}): Promise<PlanServer> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-plan-'));
    const { chain, privateKey } = await createDefaultCertificate();
    await mkdir(join(folder, 'temp'));
    await writeFile(join(folder, 'plans'), plans, 'latin1');
    await writeFile(join(folder, 'tls.crt'), chain);
    await writeFile(join(folder, 'tls.key'), privateKey.reveal());
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    await writeFile(join(folder, 'nginx.conf'), configuration(directives), 'latin1');
    const server = new PlanServer(folder);
    await server.#ready();
    return server;
  }

  /** What nginx complained of. */
  get complaints(): readonly string[] {
    return this.#log.split('\n').filter((line) => /\[(?:warn|error|crit|alert|emerg)\]/.test(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    if (this.#process.kill('SIGTERM')) await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }

  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#process.stderr?.setEncoding('latin1').on('data', (text: string) => {
        this.#log += text;
        if (this.#log.includes('start worker process ')) resolve();
      });
      this.#process.once('close', () => reject(new Error(`nginx has ended: ${this.#log}`)));
    });
  }
}

function configuration(directives: string): string {
  const lua = join(import.meta.dirname, '../lua');
  return `
${MODULES.map((name) => `load_module ${join(modules ?? '', name)};`).join('\n')}
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1; daemon off; pid nginx.pid; error_log stderr notice;
events { worker_connections 512; }
http {
  access_log off; server_tokens off; large_client_header_buffers 4 64k;
  client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp; uwsgi_temp_path temp; scgi_temp_path temp;
  ssl_certificate tls.crt; ssl_certificate_key tls.key;
  proxy_buffer_size 64k; proxy_buffers 4 64k; proxy_busy_buffers_size 64k; proxy_http_version 1.1;
  proxy_headers_hash_max_size 1024; proxy_headers_hash_bucket_size 128;
  lua_package_path "${lua}/?.lua;${fileURLToPath(sharedLuaFolder)}?.lua;;";
  lua_transform_underscores_in_response_headers off; lua_regex_cache_max_entries 16384; lua_regex_match_limit 1000000;
  map $http_x_request_id $sluice_request_id { default $http_x_request_id; "" $request_id; }
  map $http_host $sluice_host_header { default $http_host; }
  map $scheme $sluice_hsts { https always; default ""; }
  add_header Strict-Transport-Security $sluice_hsts always;
  geo $sluice_dollar { default "$"; }
  init_by_lua_block { require("sluice.plan").load("plans") }
  rewrite_by_lua_block {
    if (ngx.var.sluice_plan or "") ~= "" then require("sluice.plan").rewrite() end
    if ngx.var.sluice_down == "1" and not ngx.req.is_internal() then ngx.exit(503) end
  }
  header_filter_by_lua_block { ngx.header.Server = nil; require("sluice.plan").header_filter() }
${directives}
}
`;
}
