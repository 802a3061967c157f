import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelBuilder, SnapshotStore, createBackend, defaultModelOptions, parseOptions } from '@sluice/core';
import type { Backend } from '@sluice/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import nginx from '../index.ts';
import { nginxOptions } from '../options.ts';
import { ask, host, never, testedNginx } from '../testing/process-bench.ts';

let data: string;
beforeEach(() => void (data = mkdtempSync(join(tmpdir(), 'sluice-backend-test-'))));
afterEach(() => rmSync(data, { recursive: true, force: true }));

const model = new ModelBuilder(defaultModelOptions).build(new SnapshotStore().snapshot()).model;

function made(options: Parameters<typeof nginx>[0]): Backend {
  const listen = { http: [{ host, port: 0 }], https: [{ host, port: 0 }] };
  return createBackend({ plugins: [nginx(options)], backend: 'nginx', data, listen });
}

describe.skipIf(testedNginx === undefined)('the backend (needs nginx)', () => {
  test.each([['auto'], ['off']] as const)('serves, with Lua %s', async (lua) => {
    const { renderer, reloader, dataplane } = made({
      lua,
      ...(process.env['NGINX_BINARY'] !== undefined && { binary: process.env['NGINX_BINARY'] }),
    });
    try {
      await dataplane.start(never);
      const port = dataplane.addresses?.().http[0]?.port ?? 0;
      expect(await ask(port, 'a.test')).toMatch(/^503/);
      const artifact = renderer.render(renderer.translate(model).tree);
      expect(await reloader.validate(artifact, never)).toEqual({ kind: 'accepted' });
      expect(await reloader.apply(artifact, never)).toMatchObject({ kind: 'applied' });
      expect(await ask(port, 'a.test')).toMatch(/^404/);
      expect(await reloader.apply(artifact, never)).toMatchObject({ kind: 'unchanged' });
      expect(await dataplane.health()).toEqual({ healthy: true });
    } finally {
      await dataplane.stop(AbortSignal.timeout(2000));
    }
  });
});

test('writes nothing before it starts, and renders where there is no nginx', async () => {
  const { renderer, reloader, dataplane } = made({ binary: '/does/not/exist' });
  const artifact = renderer.render(renderer.translate(model).tree);
  expect(artifact.files().map(({ path }) => path)).toContain('nginx.conf');
  expect(await reloader.validate(artifact, never)).toEqual({ kind: 'accepted' });
  await expect(dataplane.start(never)).rejects.toMatchObject({ code: 'SLU3002' });
  expect(readdirSync(data)).toEqual([]);
});

test('tells which nginx it would run', () => {
  expect(nginx({ binary: '/does/not/exist' }).found()).toEqual([]);
  if (testedNginx !== undefined) expect(nginx.found()[0]).toMatchObject({ name: 'nginx', note: expect.stringMatching(/^Lua: /) });
});

test('options that are not valid are named', () => {
  expect(() => parseOptions('nginx', nginxOptions, { worker: 2 })).toThrow(
    /nginx\.worker: there is no such option \(did you mean "workers"\?\)/,
  );
  expect(() => parseOptions('nginx', nginxOptions, { user: 'nobody; evil' })).toThrow(/nginx\.user/);
});
