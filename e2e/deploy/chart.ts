import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadAll } from 'js-yaml';
import { root } from '../linked-packages.ts';

const execute = promisify(execFile);

/** The folder of the chart. */
export const chartFolder = join(root, 'deploy', 'helm');

/** The oldest Kubernetes that the chart is for: Helm takes its own idea of a version otherwise. */
const OLDEST_KUBERNETES = '1.30.0';

/** Values as a file of them holds them. */
export type Values = { readonly [key: string]: unknown };

/** What `helm template` prints for a release named sluice. Rejects with what Helm says. */
export async function renderText(helm: string, values: Values = {}, namespace = 'sluice'): Promise<string> {
  const options = ['--namespace', namespace, '--kube-version', OLDEST_KUBERNETES, '--values', '-'];
  const running = execute(helm, ['template', 'sluice', chartFolder, ...options], { maxBuffer: 2 ** 24 });
  running.child.stdin?.end(JSON.stringify(values));
  return (await running).stdout;
}

/** A Kubernetes object, as far as tests look into it. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly [key: string]: unknown;
}

export async function renderChart(helm: string, values: Values = {}): Promise<readonly Manifest[]> {
  return manifestsOf(await renderText(helm, values));
}

export function manifestsOf(text: string): readonly Manifest[] {
  return (loadAll(text) as (Manifest | null | undefined)[]).filter((manifest) => manifest !== null && manifest !== undefined);
}

/** The only object of a kind, or the one with a name. */
export function oneOf(manifests: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind && (name === undefined || manifest.metadata.name === name));
  const [one] = found;
  if (one === undefined || found.length > 1) throw new Error(`${found.length} objects are ${kind} ${name ?? ''}`);
  return one;
}

/** The configuration file of the program that the objects hold. */
export function configurationOf(manifests: readonly Manifest[]): string {
  const { data } = oneOf(manifests, 'ConfigMap', 'sluice-controller-settings') as Manifest & { readonly data: Record<string, string> };
  return data['sluice.yaml'] ?? '';
}
