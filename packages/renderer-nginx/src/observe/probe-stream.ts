import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Capabilities } from '../translate/capabilities.ts';

export interface StreamQuestion {
  /** The nginx to ask. */
  readonly path: string;
  /** What it tells of how it was built. */
  readonly built: string;
  /** The folder of its dynamic modules. */
  readonly modules: string | undefined;
}

const FILE = 'ngx_stream_module.so';
const STATIC = /--with-stream(?:\s|$)/;
const TIME_LIMIT_MS = 10_000;

/** Whether TCP and UDP are proxied, and which modules have to be loaded for it. */
export function probeStream({ path, built, modules }: StreamQuestion): Capabilities['stream'] {
  const realIp = built.includes('--with-stream_realip_module');
  if (STATIC.test(built)) return { found: true, modules: [], realIp };
  const file = join(modules ?? '', FILE);
  if (modules === undefined || !existsSync(file))
    return { found: false, because: 'nginx has no stream module (apt-get install libnginx-mod-stream)' };
  const problem = refusal(path, file);
  if (problem !== undefined) return { found: false, because: `nginx does not take its stream module: ${problem}` };
  return { found: true, modules: [file], realIp };
}

/** A module of another build is found out by loading it alone. */
function refusal(path: string, module: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-probe-'));
  try {
    const text = `load_module ${JSON.stringify(module)};\npid nginx.pid; error_log stderr;\nevents {}\nstream {}\n`;
    writeFileSync(join(folder, 'nginx.conf'), text);
    const { status, stderr, error } = spawnSync(path, ['-p', './', '-c', 'nginx.conf', '-e', 'stderr', '-t', '-q'], {
      cwd: folder,
      encoding: 'utf8',
      timeout: TIME_LIMIT_MS,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (status === 0) return undefined;
    return /\[emerg\] (?:\d+#\d+: )?(.*)/.exec(stderr ?? '')?.[1] ?? error?.message ?? 'it said nothing';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
