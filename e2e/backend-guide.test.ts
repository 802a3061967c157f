import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linkPackages, root } from './linked-packages.ts';
import { hostTo, ingressClass, served } from './manifest.ts';
import { RunningSluice, listenFlags } from './running-sluice.ts';
import { sluice } from './sluice-command.ts';
import { TemporaryFolder } from './temporary-folder.ts';
import { untilTrue } from './until.ts';

const guide = readFileSync(join(root, 'docs', 'backends.md'), 'utf8');
const folder = new TemporaryFolder();

/** The first block of the guide in a language. */
function blockOf(language: string): string {
  const block = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'm').exec(guide)?.[1];
  if (block === undefined) throw new Error(`docs/backends.md has no ${language} block`);
  return block;
}

beforeAll(() => {
  linkPackages(folder.path, ['@sluice/core', 'zod', '@types/node']);
  folder.write('package.json', '{ "type": "module" }');
  folder.write('list-backend.ts', blockOf('ts'));
  folder.write('sluice.yaml', blockOf('yaml'));
  folder.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  folder.writeObjects('manifests/shop.yaml', [ingressClass(), ...served('web', 9001), hostTo('shop.test', 'web')]);
});

afterAll(() => folder.remove());

const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  module: 'nodenext',
  target: 'es2024',
  types: ['node'],
  noEmit: true,
  skipLibCheck: true,
};

test('the example of docs/backends.md compiles', () => {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  expect(() => execFileSync(process.execPath, [compiler, '-p', folder.path], { stdio: 'pipe', encoding: 'utf8' })).not.toThrow();
});

test('it renders', async () => {
  const { status, stdout } = await sluice(['render', 'manifests', '--config', 'sluice.yaml', '--backend', 'list'], { cwd: folder.path });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(lines).toContainEqual({ address: 'shop.test prefix /', outcome: '127.0.0.1:9001' });
  expect(lines).toContainEqual({ address: '* prefix /', outcome: '404' });
  expect(status).toBe(0);
});

test('it runs and follows edits', async () => {
  const flags = ['--config', 'sluice.yaml', '--manifests', 'manifests', ...listenFlags];
  const running = await RunningSluice.listening(flags, { cwd: folder.path });
  try {
    await untilTrue('readiness', async () => (await running.page('/readyz')).status === 200);
    expect(await running.json('/api/status')).toMatchObject({ backend: 'list', ready: true });
    folder.writeObjects('manifests/new.yaml', [hostTo('new.test', 'web')]);
    await running.routes('new.test');
    expect((await running.stop()).status).toBe(0);
  } finally {
    await running.kill();
  }
});
