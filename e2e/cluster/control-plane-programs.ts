import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOnce, cacheFolder, hasGo } from './go-program.ts';
import type { Lack } from './lack.ts';

/** The programs that a control plane is made of, by their names in the folder that holds them. */
export const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const;

const SOURCE = fileURLToPath(new URL('assets', import.meta.url));

/** A folder with the programs, and how to get it when it is not there yet. */
export interface ProgramSource {
  readonly why: string;
  /** Returns the folder; builds it first where that is needed, which takes minutes the first time. */
  provide(say: (text: string) => void): string;
}

/** `KUBEBUILDER_ASSETS`, else what was built before, else a build with Go. */
export function programSource(environment: NodeJS.ProcessEnv = process.env): ProgramSource | Lack {
  const named = environment['KUBEBUILDER_ASSETS'] ?? '';
  if (named !== '') {
    const lacking = PROGRAMS.filter((program) => !existsSync(join(named, program)));
    // The usual sets for tests have no controller manager; without one no namespace is ever deleted.
    if (lacking.length === 0) return { why: `KUBEBUILDER_ASSETS has the programs`, provide: () => named };
  }
  const built = join(cacheFolder(environment), `kube-assets-${kubernetesVersion()}`);
  if (PROGRAMS.every((program) => existsSync(join(built, program)))) return { why: `${built} has the programs`, provide: () => built };
  if (hasGo()) return { why: 'Go builds the programs', provide: (say) => build(built, say) };
  return {
    missing: `neither KUBEBUILDER_ASSETS with ${PROGRAMS.join(', ')} nor Go`,
    install: 'install Go, or set KUBEBUILDER_ASSETS to a folder with these programs',
  };
}

/** The version of Kubernetes that is built. */
export function kubernetesVersion(): string {
  const version = /^\tk8s\.io\/kubernetes v(\S+)$/m.exec(readFileSync(join(SOURCE, 'go.mod'), 'utf8'))?.[1];
  if (version === undefined) throw new Error('e2e/cluster/assets/go.mod does not require k8s.io/kubernetes');
  return version;
}

function build(target: string, say: (text: string) => void): string {
  const version = kubernetesVersion();
  say(`Building the control plane of Kubernetes ${version} with Go: minutes the first time, once …`);
  return buildOnce(target, {
    source: SOURCE,
    name: 'kube',
    linkerFlags: linkerFlags(version),
    finish: (folder) => {
      for (const name of PROGRAMS) symlinkSync('kube', join(folder, name));
    },
  });
}

/** Without a version the programs take themselves for a development build and refuse to work together. */
function linkerFlags(version: string): string {
  const [major, minor] = version.split('.');
  const variable = 'k8s.io/component-base/version';
  return `-s -w -X ${variable}.gitVersion=v${version} -X ${variable}.gitMajor=${major} -X ${variable}.gitMinor=${minor}`;
}
