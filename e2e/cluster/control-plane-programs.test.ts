import { afterEach, beforeEach, expect, test } from 'vitest';
import { TemporaryFolder } from '../temporary-folder.ts';
import { PROGRAMS, kubernetesVersion, programSource } from './control-plane-programs.ts';
import { isLack } from './lack.ts';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
});
afterEach(() => folder.remove());

/** The source with an empty cache. */
function sourceWith(environment: NodeJS.ProcessEnv): ReturnType<typeof programSource> {
  return programSource({ XDG_CACHE_HOME: folder.at('cache'), ...environment });
}

/** A folder with files of these names. */
function programs(name: string, files: readonly string[]): string {
  for (const file of files) folder.write(`${name}/${file}`, '');
  return folder.at(name);
}

test('KUBEBUILDER_ASSETS counts when it has every program', () => {
  const assets = programs('assets', PROGRAMS);
  const source = sourceWith({ KUBEBUILDER_ASSETS: assets });
  expect(isLack(source) ? source : source.provide(() => {})).toBe(assets);
});

test('a set without a controller manager is not enough, what was built is', () => {
  const assets = programs('assets', ['etcd', 'kube-apiserver', 'kubectl']);
  const built = programs(`cache/sluice/kube-assets-${kubernetesVersion()}`, PROGRAMS);
  const source = sourceWith({ KUBEBUILDER_ASSETS: assets });
  expect(isLack(source) ? source : source.provide(() => {})).toBe(built);
});

test('the version is that of the module', () => {
  expect(kubernetesVersion()).toMatch(/^1\.\d+\.\d+$/);
});
