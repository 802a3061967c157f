import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OptionalModule } from '../translate/capabilities.ts';
import type { ModuleQuestion } from './probe-module.ts';

const FILES = ['ndk_http_module.so', 'ngx_http_lua_module.so'];
const STATIC = /--add-module=\S*(?:ngx_lua|lua-nginx-module|http-lua)/;
const WORKS = 'lua works';
const TIME_LIMIT_MS = 10_000;

/** Whether Lua does what is needed, and which modules have to be loaded for it. */
export function probeLua({ path, built, modules }: ModuleQuestion): OptionalModule {
  if (STATIC.test(built)) return tryLua(path, []);
  const files = FILES.map((name) => join(modules ?? '', name));
  if (modules === undefined || !files.every((file) => existsSync(file)))
    return { found: false, because: 'its Lua module is not installed (apt-get install libnginx-mod-http-lua)' };
  return tryLua(path, files);
}

/**
 * Lets nginx run the libraries for real and end there: `nginx -t` would not run `init_by_lua` (lua-nginx-module since 0.10.16).
 * Nothing listens.
 */
function tryLua(path: string, modules: readonly string[]): OptionalModule {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-probe-'));
  try {
    writeFileSync(join(folder, 'nginx.conf'), configuration(modules));
    const { stderr, error } = spawnSync(path, ['-p', './', '-c', 'nginx.conf', '-e', 'stderr'], {
      cwd: folder,
      encoding: 'utf8',
      timeout: TIME_LIMIT_MS,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (stderr?.includes(WORKS)) return { found: true, modules };
    return { found: false, because: `Lua does not run: ${firstProblem(stderr ?? '') ?? error?.message ?? 'nginx said nothing'}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function configuration(modules: readonly string[]): string {
  return `${modules.map((file) => `load_module ${JSON.stringify(file)};\n`).join('')}
daemon off; master_process off; pid nginx.pid; error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  lua_shared_dict probe 64k;
  init_by_lua_block {
    require "resty.core"; require "resty.lrucache"; require "ngx.balancer"; require "ngx.ssl"; require "ngx.ssl.clienthello"
    io.stderr:write("${WORKS}\\n") os.exit(0)
  }
}
`;
}

function firstProblem(stderr: string): string | undefined {
  return /\[(?:emerg|alert|error)\] \d+#\d+: (.*)/.exec(stderr)?.[1];
}
