import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadSettings, readConfigFile } from './load-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('settings', () => {
  test('defaults', async () => {
    const { base, plugins } = await loadSettings({}, {});
    expect(base).toMatchObject({
      backend: 'node',
      listen: { http: [':80'], https: [':443'] },
      data: '/var/lib/sluice',
      log: { level: 'info', format: 'json' },
      watch: { ingressClass: 'nginx', controllerClass: 'k8s.io/ingress-nginx', watchIngressWithoutClass: false },
    });
    expect(plugins.map(({ pluginName }) => pluginName)).toEqual(['kubernetes', 'node', 'nginx', 'haproxy', 'metrics']);
  });

  test.each([
    ['nothing', {}, {}, ['kubernetes']],
    ['a directory', { manifests: '/m' }, {}, ['directory']],
    ['a cluster', { kubeconfig: '/k' }, {}, ['kubernetes']],
    ['both', { manifests: '/m', kubeconfig: '/k' }, {}, ['directory', 'kubernetes']],
    ['a directory, and a section of the file', { manifests: '/m' }, { watch: { kubernetes: {} } }, ['directory', 'kubernetes']],
  ])('%s is watched by its plugins', async (_what, flags, file, sources) => {
    const { plugins } = await loadSettings(flags, {}, file);
    expect(plugins.map(({ pluginName }) => pluginName).filter((name) => /directory|kubernetes/.test(name))).toEqual(sources);
  });

  test('one address may stand without its list', async () => {
    const { base } = await loadSettings({}, {}, { listen: { http: ':8080' } });
    expect(base.listen.http).toEqual([':8080']);
  });

  test.each([
    [{ listen: { https: 7 } }, 'listen.https'],
    [{ watch: { directory: { path: '' } } }, 'watch.directory.path'],
    [{ metrics: { prot: 1 } }, 'metrics.prot: there is no such option'],
    [{ directory: { path: '.' } }, 'directory: there is no such option'],
    [{ log: { level: 'loud' } }, 'log.level'],
  ])('%j is refused', async (tree, message) => {
    await expect(loadSettings({}, {}, tree)).rejects.toMatchObject({ code: 'SLU2003', message: expect.stringContaining(message) });
  });
});

describe('configuration files', () => {
  test.each([
    ['a.yaml', 'backend: x', { backend: 'x' }],
    ['b.json', '{"backend":"x"}', { backend: 'x' }],
    ['c.js', 'export default { backend: "x" };', { backend: 'x' }],
    ['d.ts', 'const name: string = "x"; export default Promise.resolve({ backend: name });', { backend: 'x' }],
    ['nothing.yaml', '~', {}],
    ['empty.yaml', '# nothing', {}],
  ])('%s', async (name, content, tree) => {
    expect(await readConfigFile(file(name, content))).toEqual({ kind: 'settings', tree });
  });

  test('a module with a controller', async () => {
    const path = file('controller.js', 'export default { start: async () => {}, stop: async () => {}, plugins: [] };');
    expect(await readConfigFile(path)).toMatchObject({ kind: 'controller' });
  });

  test.each([
    ['list.yaml', '[1]', 'does not hold a mapping'],
    ['broken.yaml', 'a: [', 'does not parse'],
    ['throws.js', 'throw new Error("no");', 'cannot load'],
  ])('%s is refused', async (name, content, message) => {
    await expect(readConfigFile(file(name, content))).rejects.toMatchObject({
      code: 'SLU2002',
      message: expect.stringContaining(message),
    });
  });
});

test('a module without a default export is refused', async () => {
  await expect(readConfigFile(file('n.js', 'export const backend = "x";'))).rejects.toMatchObject({ code: 'SLU2002' });
});

test('a plugin is found from the configuration file, by the conditions of an import', async () => {
  const home = join(folder, 'node_modules', 'esm-plugin');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{"type":"module","exports":{".":{"import":"./index.js"}}}');
  const plugin = `Object.assign(() => {}, { kind: 'sluice-plugin', pluginName: 'esm', core: '*', schema: { optional: () => {} } })`;
  writeFileSync(join(home, 'index.js'), `export default ${plugin};`);
  const config = file('with-plugin.yaml', 'plugins: [esm-plugin, absent-plugin]');
  const loading = loadSettings({ config }, {}, { plugins: ['esm-plugin', 'absent-plugin'] });
  await expect(loading).rejects.toMatchObject({ code: 'SLU2101', message: expect.stringContaining('absent-plugin') });
  await expect(loadSettings({ config }, {}, { plugins: ['esm-plugin'] })).rejects.not.toMatchObject({ code: 'SLU2101' });
});
