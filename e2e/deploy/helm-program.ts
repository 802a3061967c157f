import { spawn } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Program } from '../proxy-programs.ts';

/** What is built where there is no Helm. */
const VERSION = 'v3.22.0';

/** With nothing in Go's cache, on a slow machine. */
const LONGEST_BUILD_MS = 20 * 60_000;

/** Outside the checkout: it is the same for all of them, and takes sixty megabytes. */
const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'sluice', `helm-${VERSION}`);

/** Helm: the one that HELM names, the first on PATH, or one that is built from its Go module on first use, which takes some minutes. */
export async function helmProgram(): Promise<Program> {
  const named = process.env['HELM'];
  if (named !== undefined && named !== '') return { binary: named };
  const found = (await onPath('helm')) ?? cached();
  if (found !== undefined) return { binary: found };
  const install = 'install Helm 3 or 4, or Go, or name a program with HELM';
  if ((await onPath('go')) === undefined) return { missing: 'there is no helm, and no Go to build it with', install };
  try {
    return { binary: await buildOnce() };
  } catch (error) {
    return { missing: `helm cannot be built: ${error instanceof Error ? error.message : String(error)}`, install };
  }
}

async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

function cached(): string | undefined {
  const path = join(CACHE, 'helm');
  return existsSync(path) ? path : undefined;
}

/** Of several processes that want it at the same time one builds, and the others wait for it. */
async function buildOnce(): Promise<string> {
  const lock = `${CACHE}.lock`;
  await mkdir(dirname(CACHE), { recursive: true });
  while (!(await locked(lock))) await pause(500);
  try {
    return cached() ?? (await build());
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

/** Takes the lock if nobody has it, or if who had it must be gone. */
async function locked(lock: string): Promise<boolean> {
  const since = await stat(lock).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
  if (since !== undefined && since < Date.now() - LONGEST_BUILD_MS) await rm(lock, { recursive: true, force: true });
  return mkdir(lock).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

/** Builds beside the final place and moves it there at once: half a program is none. */
async function build(): Promise<string> {
  process.stderr.write(`Building helm ${VERSION} (go install) …\n`);
  const draft = await mkdtemp(`${CACHE}-`);
  const env = { ...process.env, GOBIN: draft, CGO_ENABLED: '0' };
  try {
    await run('go', ['install', '-trimpath', '-ldflags', '-s -w', `helm.sh/helm/v3/cmd/helm@${VERSION}`], env);
    await rename(draft, CACHE);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return join(CACHE, 'helm');
}

/** Not synchronously: the test runner wants to be answered meanwhile. */
function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.once('error', reject);
  child.once('close', (status) => (status === 0 ? resolve() : reject(new Error(errors.trim().split('\n').at(-1)))));
  return promise;
}
