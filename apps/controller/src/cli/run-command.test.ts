import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@sluice/core';
import type { Logger } from '@sluice/core';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadSettings } from '../settings/load-settings.ts';
import { consoleLogger } from './console-logger.ts';
import { controllerOf } from './run-command.ts';

vi.mock(import('./console-logger.ts'));

const folder = mkdtempSync(join(tmpdir(), 'sluice-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

const warn = vi.fn<Logger['warn']>();

/** A machine where no cluster is to be seen. */
beforeEach(() => {
  vi.stubEnv('HOME', folder);
  vi.stubEnv('KUBECONFIG', '');
  vi.stubEnv('KUBERNETES_SERVICE_HOST', undefined);
  vi.mocked(consoleLogger).mockReturnValue({ ...silentLogger, warn });
});

const flags = (given: Readonly<Record<string, string>>) => ({ ingressNginx: new Map(Object.entries(given)) });

describe('what is watched', () => {
  test.each([
    ['nothing is named', {}, 'there is nothing to watch'],
    ['the cluster is talked about', flags({ 'election-id': 'lead' }), 'there is nothing to watch'],
    ['it is talked about beside a directory', { manifests: folder, ...flags({ 'watch-namespace': 'a' }) }, 'there is no cluster to watch'],
  ])('%s, and there is no cluster', async (_what, given, message) => {
    await expect(controllerOf(await loadSettings(given, {}))).rejects.toMatchObject({
      code: 'SLU2003',
      message: expect.stringContaining(message),
    });
  });

  test.each([
    ['a directory', { manifests: folder }, ['directory']],
    ['a directory, with flags that are not about the cluster', { manifests: folder, ...flags({ 'ingress-class': 'a' }) }, ['directory']],
    ['a cluster that is named', { kubeconfig: '/k' }, ['kubernetes']],
    ['both', { manifests: folder, kubeconfig: '/k' }, ['directory', 'kubernetes']],
  ])('%s', async (_what, given, sources) => {
    const { plugins } = await controllerOf(await loadSettings(given, {}));
    expect(plugins.filter((name) => name === 'directory' || name === 'kubernetes')).toEqual(sources);
  });

  test('the cluster that KUBECONFIG names', async () => {
    vi.stubEnv('KUBECONFIG', '/k');
    expect((await controllerOf(await loadSettings({}, {}))).plugins).toContain('kubernetes');
  });
});

test('flags of ingress-nginx without effect are told at the start, by their names', async () => {
  await controllerOf(await loadSettings({ manifests: folder, ...flags({ 'sync-rate-limit': '1', 'deep-inspect': 'true' }) }, {}));
  expect(warn.mock.calls).toEqual([
    ['a flag of ingress-nginx has no effect', { flag: '--sync-rate-limit', because: expect.stringContaining('without a limit') }],
  ]);
});
