import { expect, test } from 'vitest';
import { servedSettings } from '../../testing/served-settings.ts';

const settings = (data: Readonly<Record<string, string>>) => servedSettings(data).model().settings;

test('what is not said is up to the options of the backend', () => {
  expect(settings({ 'keep-alive': '75', 'upstream-keepalive-time': '3600' })).toMatchObject({ clients: { http2: true }, upstreams: {} });
  expect(settings({}).clients).toEqual({ http2: true });
});

test('connections of clients', () => {
  const { clients } = settings({
    'client-header-timeout': '10',
    'client-body-timeout': '20',
    'keep-alive': '0',
    'keep-alive-requests': '7',
    'large-client-header-buffers': '2 16k',
    'client-header-buffer-size': '2k',
    'use-http2': 'false',
    'http2-max-concurrent-streams': '9',
  });
  expect(clients).toEqual({
    headerMs: 10_000,
    bodyMs: 20_000,
    idleMs: 0,
    requests: 7,
    headerBuffers: { count: 2, bytes: 16_384 },
    headerBufferBytes: 2048,
    http2: false,
    http2Streams: 9,
  });
});

test('connections to endpoints', () => {
  const { upstreams } = settings({
    'upstream-keepalive-connections': '0',
    'upstream-keepalive-requests': '7',
    'upstream-keepalive-time': '1h 30m',
    'upstream-keepalive-timeout': '5',
  });
  expect(upstreams).toEqual({ connections: 0, requests: 7, lifeMs: 5_400_000, idleMs: 5000 });
});

test.each([
  ['client-header-timeout', '0'],
  ['client-header-timeout', '1s; return 200'],
  ['keep-alive', '-1'],
  ['keep-alive', '1e3'],
  ['keep-alive-requests', '0'],
  ['large-client-header-buffers', '4'],
  ['large-client-header-buffers', '8k 4'],
  ['large-client-header-buffers', '4 8k 1'],
  ['large-client-header-buffers', '4 8g'],
  ['large-client-header-buffers', '4 8k;'],
  ['client-header-buffer-size', '1'],
  ['use-http2', 'maybe'],
  ['http2-max-concurrent-streams', '0'],
  ['upstream-keepalive-connections', '-1'],
  ['upstream-keepalive-time', 'soon'],
  ['upstream-keepalive-time', '1h\n}'],
  ['upstream-keepalive-timeout', ''],
])('%s: %j counts as absent, and is told', (key, value) => {
  const served = servedSettings({ [key]: value });
  expect(served.model().settings).toBe(servedSettings({}).model().settings);
  expect(served.findings()).toEqual([['SLU1603', `data[${key}]`]]);
});
