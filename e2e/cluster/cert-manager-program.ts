import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOnce, cacheFolder, hasGo } from './go-program.ts';
import type { Lack } from './lack.ts';

const SOURCE = fileURLToPath(new URL('cert-manager', import.meta.url));
const MODULE = 'github.com/cert-manager/cert-manager';

/** A folder with the controllers of cert-manager as one program, and the definitions of its kinds in `crds`. */
export function certManager(environment: NodeJS.ProcessEnv = process.env): string | Lack {
  const folder = folderIn(environment);
  if (existsSync(join(folder, 'cert-manager'))) return folder;
  return { missing: 'cert-manager is not built', install: 'install Go: it is built before the suites run' };
}

/** Builds it where it is not there and Go is; what goes wrong is said, and its suite then is skipped. */
export function provideCertManager(say: (text: string) => void, environment: NodeJS.ProcessEnv = process.env): void {
  const target = folderIn(environment);
  if (existsSync(join(target, 'cert-manager')) || !hasGo()) return;
  say(`Building cert-manager ${certManagerVersion()} with Go: minutes the first time, once …`);
  try {
    buildOnce(target, { source: SOURCE, name: 'cert-manager', linkerFlags: '-s -w', finish: copyDefinitions });
  } catch (error) {
    say(String(error));
  }
}

export function certManagerVersion(): string {
  const version = /^\tgithub\.com\/cert-manager\/cert-manager v(\S+)$/m.exec(readFileSync(join(SOURCE, 'go.mod'), 'utf8'))?.[1];
  if (version === undefined) throw new Error('e2e/cluster/cert-manager/go.mod does not require cert-manager');
  return version;
}

function folderIn(environment: NodeJS.ProcessEnv): string {
  return join(cacheFolder(environment), `cert-manager-${certManagerVersion()}`);
}

function copyDefinitions(folder: string): void {
  const module = spawnSync('go', ['list', '-m', '-f', '{{.Dir}}', MODULE], { cwd: SOURCE, encoding: 'utf8' }).stdout.trim();
  cpSync(join(module, 'deploy', 'crds'), join(folder, 'crds'), { recursive: true, filter: (path) => !path.endsWith('.md') });
}
