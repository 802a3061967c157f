import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoggerToken, createBackend, definePlugin } from '@sluice/core';
import type { Backend, Validation } from '@sluice/core';
import { afterAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { loadSettings } from '../settings/load-settings.ts';
import { modelOfManifests } from './manifest-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-model-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The settings of the Node data plane, but for a proxy that says this about every configuration. */
async function judging(validation: Validation) {
  const settings = await loadSettings({}, {});
  const plugin = definePlugin({
    name: 'judge',
    core: '^0.1.0',
    config: z.strictObject({}),
    register(host) {
      host.backend('judge', (services): Backend => {
        services.get(LoggerToken).warn('the judge is asleep', { since: 'noon' });
        const node = createBackend({ plugins: settings.plugins, backend: 'node' });
        return {
          ...node,
          renderer: { ...node.renderer, differences: [] },
          reloader: { validate: async () => validation, apply: () => Promise.reject(new Error()), current: () => undefined },
        };
      });
    },
  });
  return { ...settings, base: { ...settings.base, backend: 'judge' }, plugins: [...settings.plugins, plugin] };
}

test('what the proxy refuses is an error on its object, or on none when none is to blame', async () => {
  const object = { kind: 'Ingress', namespace: 'a', name: 'b' } as const;
  const culprits = [{ from: { object, field: 'spec' }, message: 'no' }];
  const blamed = await modelOfManifests([folder], await judging({ kind: 'refused', culprits, message: 'no' }));
  expect(blamed.diagnostics).toMatchObject([{ severity: 'error', code: 'SLU4002', object, field: 'spec', message: 'no' }]);
  const blameless = await modelOfManifests([folder], await judging({ kind: 'refused', culprits: [], message: 'an option' }));
  expect(blameless.diagnostics).toMatchObject([{ severity: 'error', code: 'SLU3003', message: 'an option' }]);
  expect((await modelOfManifests([folder], await judging({ kind: 'accepted' }))).diagnostics).toEqual([]);
});

test('what a backend does differently for every request is told', async () => {
  const settings = await loadSettings({}, {});
  const { diagnostics } = await modelOfManifests([folder], { ...settings, base: { ...settings.base, backend: 'haproxy' } });
  expect(diagnostics).toContainEqual(
    expect.objectContaining({ severity: 'info', code: 'SLU3007', message: expect.stringContaining('chunked') }),
  );
});

test('warnings of the backend are told beside the result', async () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await modelOfManifests([folder], await judging({ kind: 'accepted' }));
  expect(write.mock.calls.map(([text]) => text)).toEqual(['the judge is asleep\n']);
});
