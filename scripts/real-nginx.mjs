import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the suites of the nginx backend need. */
export const nginxPackages = ['nginx-light', 'libnginx-mod-http-lua', 'libnginx-mod-http-brotli-filter', 'libnginx-mod-stream'];

const MODULES = ['ndk_http_module.so', 'ngx_http_lua_module.so', 'ngx_http_brotli_filter_module.so', 'ngx_stream_module.so'];
const LUA_FOLDERS = ['/usr/share/lua/5.1', '/usr/local/share/lua/5.1', '/usr/local/openresty/lualib', '/usr/local/lib/lua'];

/** Where the nginx backend looks: those who are not root often have no sbin on their path. */
const COMMANDS = ['nginx', '/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/local/nginx/sbin/nginx'];

/** Why there is no nginx with Lua on this machine; undefined when there is one that loads it. */
export function missingNginx(commands = COMMANDS, luaFolders = LUA_FOLDERS) {
  const command = commands.find((name) => spawnSync(name, ['-v']).status === 0);
  if (command === undefined) return 'there is no nginx';
  const shown = spawnSync(command, ['-V'], { encoding: 'utf8' });
  const modules = /--modules-path=(\S+)/.exec(shown.stderr)?.[1] ?? '';
  const lost = MODULES.find((name) => !existsSync(join(modules, name)));
  if (lost !== undefined) return `${command} has no module ${join(modules, lost)}`;
  if (!luaFolders.some((folder) => existsSync(join(folder, 'resty', 'core.lua')))) return 'lua-resty-core is not installed';
  return refusal(command, modules);
}

/** What nginx says against a configuration that loads Lua. */
function refusal(command, modules) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-nginx-'));
  try {
    const lines = [
      ...MODULES.map((name) => `load_module ${join(modules, name)};`),
      'pid nginx.pid;',
      'error_log stderr;',
      'events {}',
      'http {',
      'access_log off;',
      ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`),
      'lua_shared_dict probe 64k;',
      '}',
    ];
    writeFileSync(join(folder, 'nginx.conf'), lines.join('\n'));
    const done = spawnSync(command, ['-t', '-q', '-p', `${folder}/`, '-c', 'nginx.conf'], { encoding: 'utf8' });
    return done.status === 0 ? undefined : `${command} does not load its Lua module: ${done.stderr.trim()}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
