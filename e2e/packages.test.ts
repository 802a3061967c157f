import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageFolders, readManifest } from './linked-packages.ts';
import { exportsOf, installPackage, packPackage } from './packed-package.ts';
import type { PackedPackage } from './packed-package.ts';
import { TemporaryFolder } from './temporary-folder.ts';

/** Names that users of each package count on; every other package is imported too. */
const promised: ReadonlyMap<string, readonly string[]> = new Map([
  [
    '@sluice/core',
    ['createController', 'definePlugin', 'createToken', 'evaluate', 'compileRoutes', 'ModelBuilder', 'problems', 'spanNames'],
  ],
  ['@sluice/watchers', ['default', 'createDirectoryWatcher', 'readManifests']],
  ['@sluice/dataplane-node', ['default', 'nodeRenderer']],
  ['@sluice/renderer-haproxy', ['default', 'HaproxyRenderer']],
  ['@sluice/renderer-nginx', ['default', 'NginxRenderer']],
  ['@sluice/metrics', ['default', 'AdminServer']],
]);

const names = [...packageFolders.keys()];
const libraries = [...packageFolders].filter(([, place]) => readManifest(place).exports !== undefined).map(([name]) => name);
const folder = new TemporaryFolder();
const packed = new Map<string, PackedPackage>();

beforeAll(async () => {
  for (const name of names) packed.set(name, await packPackage(name, folder.path));
}, 60_000);

afterAll(() => folder.remove());

/** An empty project that has one package installed. */
async function projectWith(name: string): Promise<string> {
  const project = folder.at(`project-${name.replace('@sluice/', '')}`);
  await installPackage(project, name, packed);
  writeFileSync(`${project}/package.json`, '{ "private": true, "type": "module" }');
  return project;
}

test.each(names)('%s holds what runs and nothing else', (name) => {
  // The Lua that proxies run is no source of something built.
  const files = (packed.get(name)?.files ?? []).filter((file) => !/^src\/lua\/.*\.lua$/.test(file));
  expect(files).toContain('package.json');
  expect(files.some((file) => file.startsWith('dist/') && file.endsWith('.js'))).toBe(true);
  expect(files.filter((file) => /\.test\.|(^|\/)(testing|fixtures|src|bench)\/|\.tsbuildinfo$|tsconfig/.test(file))).toEqual([]);
  expect(files.filter((file) => /(?<!\.d)\.ts$/.test(file))).toEqual([]);
});

test('the packages that users count on are there', () => {
  expect(libraries).toEqual(expect.arrayContaining([...promised.keys()]));
});

describe.each(libraries)('%s in an empty project', (name) => {
  let project: string;

  beforeAll(async () => {
    project = await projectWith(name);
  });

  test('is imported on its own by plain Node.js', async () => {
    const found = await exportsOf(project, name);
    expect(found).toEqual(expect.arrayContaining([...(promised.get(name) ?? ['default'])]));
  });

  test('brings the files that its manifest names', () => {
    const place = `${project}/node_modules/${name}`;
    const entry = readManifest(place).exports?.['.'];
    expect(existsSync(`${place}/${entry?.types}`)).toBe(true);
    expect(existsSync(`${place}/${entry?.default}`)).toBe(true);
  });
});

test('@sluice/controller in an empty project brings the command', async () => {
  const project = await projectWith('@sluice/controller');
  const program = `${project}/node_modules/@sluice/controller/bin/sluice.js`;
  const stdout = execFileSync(process.execPath, [program, 'version', '--format', 'json'], { cwd: project, encoding: 'utf8', env: {} });
  expect(JSON.parse(stdout)).toMatchObject({ sluice: expect.stringMatching(/^\d+\.\d+\.\d+/) });
});
