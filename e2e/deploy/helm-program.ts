import { spawn } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Program } from '../nginx-programs.ts';

/** What is built where there is no Helm. */
const VERSION = 'v3.22.0';

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
    return { binary: await build() };
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

/** Builds beside the final place and moves it there at once: another process may be doing the same. */
async function build(): Promise<string> {
  process.stderr.write(`Building helm ${VERSION} (go install) …\n`);
  await mkdir(join(CACHE, '..'), { recursive: true });
  const draft = await mkdtemp(`${CACHE}-`);
  try {
    await run('go', ['install', '-trimpath', '-ldflags', '-s -w', `helm.sh/helm/v3/cmd/helm@${VERSION}`], {
      ...process.env,
      GOBIN: draft,
      CGO_ENABLED: '0',
    });
    await rename(draft, CACHE).catch((error: NodeJS.ErrnoException) => {
      // Somebody else was quicker.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
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
