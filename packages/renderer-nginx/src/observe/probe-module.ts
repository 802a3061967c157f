import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OptionalModule } from '../translate/capabilities.ts';

export interface ModuleQuestion {
  /** The nginx to ask. */
  readonly path: string;
  /** What it tells of how it was built. */
  readonly built: string;
  /** The folder of its dynamic modules. */
  readonly modules: string | undefined;
}

interface KnownModule {
  readonly name: string;
  readonly file: string;
  /** How it shows that it is built in. */
  readonly builtIn: RegExp;
  /** A block that is taken with it. */
  readonly block: string;
  /** The package of Debian. */
  readonly debian: string;
}

const stream: KnownModule = {
  name: 'stream',
  file: 'ngx_stream_module.so',
  builtIn: /--with-stream(?:\s|$)/,
  block: 'stream {}',
  debian: 'libnginx-mod-stream',
};

const brotli: KnownModule = {
  name: 'brotli',
  file: 'ngx_http_brotli_filter_module.so',
  builtIn: /--add-module=\S*brotli/,
  block: 'http { access_log off; }',
  debian: 'libnginx-mod-http-brotli-filter',
};

const TIME_LIMIT_MS = 10_000;

/** Whether TCP and UDP are proxied, and which modules have to be loaded for it. */
export function probeStream(question: ModuleQuestion): OptionalModule {
  return probe(question, stream);
}

/** Whether answers can be compressed by brotli, and which modules have to be loaded for it. */
export function probeBrotli(question: ModuleQuestion): OptionalModule {
  return probe(question, brotli);
}

function probe({ path, built, modules }: ModuleQuestion, { name, file, builtIn, block, debian }: KnownModule): OptionalModule {
  if (builtIn.test(built)) return { found: true, modules: [] };
  const module = join(modules ?? '', file);
  if (modules === undefined || !existsSync(module))
    return { found: false, because: `nginx has no ${name} module (apt-get install ${debian})` };
  const problem = refusal(path, `load_module ${JSON.stringify(module)};\npid nginx.pid; error_log stderr;\nevents {}\n${block}\n`);
  if (problem !== undefined) return { found: false, because: `nginx does not take its ${name} module: ${problem}` };
  return { found: true, modules: [module] };
}

/** A module of another build is found out by loading it alone. */
function refusal(path: string, configuration: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-probe-'));
  try {
    writeFileSync(join(folder, 'nginx.conf'), configuration);
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
