import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SluiceError, findProgram } from '@sluice/core';
import type { Capabilities } from '../translate/capabilities.ts';
import type { NginxOptions } from '../options.ts';
import { probeLua } from './probe-lua.ts';
import { probeBrotli, probeStream } from './probe-module.ts';

/** An nginx on this machine. */
export interface FoundNginx {
  readonly path: string;
  readonly capabilities: Capabilities;
}

const USUAL_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/nginx/sbin', '/usr/local/openresty/nginx/sbin'];
const USUAL_MODULES = ['/usr/lib/nginx/modules', '/usr/lib64/nginx/modules', '/usr/share/nginx/modules'];

const TIME_LIMIT_MS = 10_000;

const known = new Map<string, FoundNginx | undefined>();

/**
 * Looks for nginx and asks it what it can do; undefined when there is none. Answers are kept for as long as the file is the
 * same. Takes some tens of milliseconds the first time.
 */
export function probeNginx({ binary, lua }: Pick<NginxOptions, 'binary' | 'lua'>): FoundNginx | undefined {
  const path = findProgram(binary ?? 'nginx', USUAL_FOLDERS);
  if (path === undefined) return undefined;
  const { ino, mtimeMs } = statSync(path);
  const key = `${path} ${ino} ${mtimeMs} ${lua}`;
  if (!known.has(key)) known.set(key, ask(path, lua));
  return known.get(key);
}

/** Why there is nothing to run, and what to do about it. */
export function missingNginx(binary: string | undefined): SluiceError {
  const where = binary === undefined ? 'nginx is not installed' : `${binary} is not an nginx that can be run`;
  return new SluiceError('SLU3002', `${where}: apt-get install nginx-light libnginx-mod-http-lua`);
}

function ask(path: string, lua: NginxOptions['lua']): FoundNginx | undefined {
  const { stderr } = spawnSync(path, ['-V'], { encoding: 'utf8', timeout: TIME_LIMIT_MS, stdio: ['ignore', 'ignore', 'pipe'] });
  const version = /^nginx version: \S+?\/(\d+\.\d+\.\d+)/m.exec(stderr ?? '')?.[1];
  if (version === undefined) return undefined;
  const built = (name: string): boolean => stderr.includes(`--with-http_${name}_module`);
  const question = { path, built: stderr, modules: modulesFolder(path, stderr) };
  const capabilities: Capabilities = {
    version,
    lua: lua === 'off' ? { found: false, because: 'it is turned off' } : probeLua(question),
    stream: probeStream(question),
    streamRealIp: stderr.includes('--with-stream_realip_module'),
    brotli: probeBrotli(question),
    http2: built('v2'),
    stubStatus: built('stub_status'),
    authRequest: built('auth_request'),
  };
  return { path, capabilities };
}

/** Where dynamic modules are: as it was built, or where distributions put them. */
function modulesFolder(path: string, built: string): string | undefined {
  const told = /--modules-path=(\S+)/.exec(built)?.[1];
  const prefix = /--prefix=(\S+)/.exec(built)?.[1] ?? dirname(dirname(path));
  return [...(told === undefined ? [] : [told]), join(prefix, 'modules'), ...USUAL_MODULES].find((folder) => existsSync(folder));
}
