import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { echoOf } from './echo-upstream.ts';
import { linkPackages, root } from './linked-packages.ts';
import { get } from './raw-request.ts';
import { listenFlags } from './running-sluice.ts';
import type { RunningSluice } from './running-sluice.ts';
import { Shop } from './shop.ts';
import { sluice } from './sluice-command.ts';
import { untilTrue } from './until.ts';

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
});

afterEach(() => shop.close());

/** `config show` as a map from the setting to its value and source. */
async function shown(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Record<string, string>> {
  const { status, stdout, stderr } = await sluice(['config', 'show', ...args], { cwd: shop.folder.path, env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.trim().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(' = ')), line.slice(line.indexOf(' = ') + 3)]));
}

/** Starts from a configuration file and checks that it serves. */
async function serve(config: string, flags: readonly string[] = []): Promise<RunningSluice> {
  const controller = await shop.listening(['--config', config, ...flags], { cwd: shop.folder.path });
  await untilTrue('readiness', async () => (await controller.page('/readyz')).status === 200);
  expect(echoOf((await get(controller.http, 'shop.test')).body).upstream).toBe('web');
  return controller;
}

/** The text of a file in fixtures/. */
function fixture(name: string): string {
  return readFileSync(join(root, 'e2e', 'fixtures', name), 'utf8');
}

const listen = { http: ['127.0.0.1:0'], https: ['127.0.0.1:0'], admin: '127.0.0.1:0' };

describe('config show', () => {
  test('a flag beats the environment, which beats the file, which beats the default', async () => {
    shop.folder.write('sluice.yaml', 'data: /from/file\nlog: { level: error, format: pretty }\nlisten: { http: [":81", ":82"] }\n');
    const environment = { SLUICE_DATA: '/from/environment', SLUICE_LOG_LEVEL: 'warn', SLUICE_HTTPS: ':1443, :2443' };
    const settings = await shown(['--config', 'sluice.yaml', '--data', '/from/flag'], environment);
    expect(settings).toMatchObject({
      data: '"/from/flag"  (flag --data)',
      'log.level': '"warn"  (environment SLUICE_LOG_LEVEL)',
      'log.format': '"pretty"  (file sluice.yaml)',
      'listen.http': '[":81",":82"]  (file sluice.yaml)',
      'listen.https': '[":1443",":2443"]  (environment SLUICE_HTTPS)',
      backend: '"node"  (default)',
      'watch.ingressClass': '"nginx"  (default)',
    });
  });

  test('flags that repeat make a list, which replaces the one below', async () => {
    shop.folder.write('sluice.yaml', 'listen: { http: [":81", ":82"] }\n');
    const settings = await shown(['--http', ':1', '--http', '127.0.0.1:2'], { SLUICE_CONFIG: 'sluice.yaml' });
    expect(settings['listen.http']).toBe('[":1","127.0.0.1:2"]  (flag --http)');
  });

  test('options of a plugin stand under its name', async () => {
    shop.folder.write('sluice.yaml', 'node: { timeouts: { readMs: 7 } }\n');
    const settings = await shown(['--config', 'sluice.yaml']);
    expect(settings['node.timeouts.readMs']).toBe('7  (file sluice.yaml)');
    expect(settings['node.timeouts.sendMs']).toBe('60000  (default)');
  });
});

test('config schema is a JSON Schema that knows every section', async () => {
  const { status, stdout } = await sluice(['config', 'schema']);
  const schema = JSON.parse(stdout) as { readonly properties: Readonly<Record<string, unknown>> };
  expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(['backend', 'watch', 'listen', 'data', 'log', 'plugins', 'node']));
  expect(status).toBe(0);
});

describe('what is wrong with a file', () => {
  test.each([
    ['an unknown key', 'sluice.yaml', 'backnd: node\n', 'SLU2003: backnd: there is no such option (did you mean "backend"?)'],
    [
      'an unknown key further down',
      'sluice.yaml',
      'listen: { htp: [":80"] }\n',
      'SLU2003: listen.htp: there is no such option (did you mean "http"?)',
    ],
    [
      'an unknown option of a plugin',
      'sluice.yaml',
      'node: { acessLog: true }\n',
      'SLU2003: node.acessLog: there is no such option (did you mean "accessLog"?)',
    ],
    ['a value of the wrong type', 'sluice.yaml', 'node: { timeouts: { readMs: soon } }\n', 'SLU2003: node.timeouts.readMs: '],
    ['text that does not parse', 'sluice.yaml', 'backend: [\n', 'SLU2002: sluice.yaml does not parse: '],
    ['something else than settings', 'sluice.json', '[1]', 'SLU2002: sluice.json does not hold a mapping of settings'],
    ['a module that throws', 'sluice.js', 'throw new Error("on purpose");', 'SLU2002: cannot load sluice.js: on purpose'],
    ['a plugin that is missing', 'sluice.yaml', 'plugins: [./absent.ts]\n', 'SLU2101: cannot load the plugin ./absent.ts: '],
    [
      'a plugin that is none',
      'sluice.yaml',
      'plugins: [./sluice.yaml.js]\n',
      'SLU2101: cannot load the plugin ./sluice.yaml.js: its default export',
    ],
  ])('%s ends with 2', async (_name, file, content, message) => {
    shop.folder.write('sluice.yaml.js', 'export default 7;\n');
    shop.folder.write(file, content);
    const { status, stdout, stderr } = await sluice(['run', '--config', file, '--manifests', 'manifests'], { cwd: shop.folder.path });
    expect(stderr).toContain(`error ${message}`);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});

describe('run --config', () => {
  test('a YAML file', async () => {
    shop.folder.write('sluice.yaml', `watch: { directory: { path: ./manifests } }\nlisten: ${JSON.stringify(listen)}\ndata: ./data\n`);
    await serve('sluice.yaml');
  });

  test('a TypeScript module with settings', async () => {
    const settings = { watch: { directory: { path: './manifests' } }, data: './data' };
    shop.folder.write('sluice.config.ts', `const settings: object = ${JSON.stringify(settings)};\nexport default settings;\n`);
    await serve('sluice.config.ts', listenFlags);
  });

  test('a TypeScript module with a controller', async () => {
    linkPackages(shop.folder.path, ['@sluice/core', '@sluice/watchers', '@sluice/dataplane-node', '@sluice/metrics']);
    shop.folder.write('package.json', '{ "type": "module" }');
    shop.folder.write('sluice.config.ts', fixture('custom-build.ts'));
    const controller = await serve('./sluice.config.ts');
    expect(await controller.json('/api/status')).toMatchObject({ backend: 'node' });
    expect((await controller.stop()).status).toBe(0);
  });

  test('a plugin from a TypeScript file, with its own section', async () => {
    linkPackages(shop.folder.path, ['@sluice/core', 'zod']);
    shop.folder.write('package.json', '{ "type": "module" }');
    shop.folder.write('plugins/greeting.ts', fixture('greeting-plugin.ts'));
    shop.folder.write('conf/sluice.yaml', `plugins: [../plugins/greeting.ts]\ngreeting: { name: world }\ndata: ./data\n`);
    const controller = await serve('conf/sluice.yaml', ['--manifests', 'manifests', ...listenFlags]);
    expect(await controller.page('/greeting')).toEqual({ status: 200, text: 'hello world' });
    shop.folder.write('conf/wrong.yaml', `plugins: [../plugins/greeting.ts]\ngreeting: { nam: world }\n`);
    const { status, stderr } = await sluice(['run', '--config', 'conf/wrong.yaml', '--manifests', 'manifests'], { cwd: shop.folder.path });
    expect(stderr).toContain('SLU2003: greeting.nam: there is no such option (did you mean "name"?)');
    expect(status).toBe(2);
  });

  test('a plugin that cannot start ends everything with 3', async () => {
    linkPackages(shop.folder.path, ['@sluice/core', 'zod']);
    shop.folder.write('package.json', '{ "type": "module" }');
    shop.folder.write('failing.ts', fixture('failing-plugin.ts'));
    shop.folder.write('sluice.yaml', 'plugins: [./failing.ts]\n');
    const args = ['run', '--config', 'sluice.yaml', '--manifests', 'manifests', '--data', 'data', ...listenFlags];
    const { status, stderr } = await sluice(args, { cwd: shop.folder.path });
    expect(stderr).toContain('error SLU2107: starting the plugin failing failed: on purpose');
    expect(status).toBe(3);
  });
});
