import { describe, expect, test } from 'vitest';
import { environmentLayer, flagLayer } from './flag-settings.ts';
import { mergeLayers } from './layers.ts';

const only = (layer: Parameters<typeof mergeLayers>[0][number]) => mergeLayers([layer]);

const settings = {
  backend: 'other',
  data: '/data',
  watch: { directory: { path: 'dir' } },
  listen: { http: [':1', ':2'], https: [':3'], admin: ':4' },
  log: { level: 'warn', format: 'pretty' },
};

describe('flags', () => {
  test('every flag has its setting, and says so', () => {
    const merged = only(
      flagLayer({
        backend: 'other',
        data: '/data',
        manifests: 'dir',
        http: [':1', ':2'],
        https: [':3'],
        admin: ':4',
        logLevel: 'warn',
        logFormat: 'pretty',
      }),
    );
    expect(merged.tree).toEqual(settings);
    expect(Object.fromEntries(merged.sources)).toMatchObject({
      'watch.directory.path': 'flag --manifests',
      'listen.http': 'flag --http',
      'log.level': 'flag --log-level',
    });
  });

  test('no flags, no settings', () => {
    expect([...only(flagLayer({})).sources]).toEqual([]);
  });
});

describe('the environment', () => {
  test('every flag has a variable; commas separate lists', () => {
    const merged = only(
      environmentLayer({
        SLUICE_BACKEND: 'other',
        SLUICE_DATA: '/data',
        SLUICE_MANIFESTS: 'dir',
        SLUICE_HTTP: ':1, :2',
        SLUICE_HTTPS: ':3',
        SLUICE_ADMIN: ':4',
        SLUICE_LOG_LEVEL: 'warn',
        SLUICE_LOG_FORMAT: 'pretty',
      }),
    );
    expect(merged.tree).toEqual(settings);
    expect(merged.sources.get('watch.directory.path')).toBe('environment SLUICE_MANIFESTS');
  });

  test('an empty variable is none, and others are not looked at', () => {
    expect([...only(environmentLayer({ SLUICE_BACKEND: '', BACKEND: 'x', SLUICE_OTHER: 'y' })).sources]).toEqual([]);
  });
});
