import { expect, test } from 'vitest';
import { servedSettings } from '../../testing/served-settings.ts';

const settings = (data: Readonly<Record<string, string>>) => servedSettings(data).model().settings;

test('what is not said is up to the options of the backend', () => {
  expect(settings({ 'worker-processes': 'auto' }).processes).toEqual({ multiAccept: true, reusePort: true, ipv6: true });
});

test('how a proxy runs', () => {
  const data = {
    'worker-processes': '3',
    'max-worker-connections': '1000',
    'max-worker-open-files': '5000',
    'worker-shutdown-timeout': '10s',
    'worker-cpu-affinity': 'auto 0101',
    'enable-multi-accept': 'false',
    'reuse-port': 'false',
    'disable-ipv6': 'true',
    'default-type': 'application/octet-stream',
  };
  expect(settings(data).processes).toEqual({
    workers: 3,
    connections: 1000,
    openFiles: 5000,
    shutdownMs: 10_000,
    cpuAffinity: 'auto 0101',
    multiAccept: false,
    reusePort: false,
    ipv6: false,
    defaultType: 'application/octet-stream',
  });
});

test('TCP and UDP services', () => {
  expect(settings({}).streams).toEqual({ idleMs: 600_000, tries: 3, triesMs: 600_000, responses: 1 });
  expect(settings({ 'proxy-stream-next-upstream': 'false', 'proxy-stream-timeout': '1s' }).streams).toMatchObject({
    tries: 1,
    idleMs: 1000,
  });
  expect(settings({ 'proxy-stream-next-upstream-tries': '0', 'proxy-stream-responses': '2' }).streams).toMatchObject({
    tries: 100,
    responses: 2,
  });
});

test.each([
  ['worker-processes', '0'],
  ['worker-processes', '2; daemon on'],
  ['max-worker-connections', '1'],
  ['max-worker-open-files', '10'],
  ['worker-shutdown-timeout', '0s'],
  ['worker-cpu-affinity', '0102'],
  ['worker-cpu-affinity', 'auto;'],
  ['default-type', 'text/html; charset=utf-8'],
  ['default-type', 'text'],
  ['error-log-level', 'loud'],
  ['proxy-stream-timeout', 'ever'],
  ['proxy-stream-responses', '-1'],
])('%s: %j counts as absent, and is told', (key, value) => {
  const served = servedSettings({ [key]: value });
  expect(served.model().settings).toBe(settings({}));
  expect(served.findings()).toEqual([['SLU1603', `data[${key}]`]]);
});
