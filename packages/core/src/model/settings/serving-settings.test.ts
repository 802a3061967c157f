import { describe, expect, test } from 'vitest';
import { servedSettings } from '../../testing/served-settings.ts';
import { fidelityDiagnostics } from '../../translate/fidelity.ts';
import { digestOf } from '../digest.ts';
import { settingNames } from './global-settings.ts';
import { defaultServing } from './read-serving.ts';
import { settingGroups } from './setting-groups.ts';

const all = settingGroups.flatMap(({ settings }) => settings);

test.each(all.map((setting) => [setting.key, setting] as const))('the default of %s is valid', (_, { parse, standard }) => {
  expect(parse(standard).ok).toBe(true);
});

test.each(all.map((setting) => [setting.key, setting] as const))('%s survives anything', (_, { parse }) => {
  for (const text of ['', '"', "'", '}', ';', '\n', 'a\nb;}', '\0', '$host', '%[src]', '{"', 'é\u2028', 'x'.repeat(100_000)])
    expect(typeof parse(text).ok).toBe('boolean');
});

test('each is a setting of ingress-nginx, and there once', () => {
  const keys = all.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(settingNames).toEqual(expect.arrayContaining(keys));
});

describe('the settings of a model', () => {
  test('are the same object while nothing of them changes', () => {
    const served = servedSettings({ 'hsts-max-age': '60' });
    const before = served.model();
    served.set({ 'hsts-max-age': '60', 'proxy-body-size': '2m' });
    expect(served.model().settings).toBe(before.settings);
    served.set({ 'hsts-max-age': '61' });
    expect(digestOf(served.model())).not.toBe(digestOf(before));
    served.set({ hsts: 'true' });
    expect(served.model().settings).toBe(defaultServing);
  });

  test('tell what somebody has set to something else than the default', () => {
    const { said } = servedSettings({ hsts: 'True', 'hsts-preload': 'true', 'hsts-max-age': '060' }).model().settings;
    expect(said.map(({ key, from }) => [key, from.field])).toEqual([
      ['hsts-max-age', 'data[hsts-max-age]'],
      ['hsts-preload', 'data[hsts-preload]'],
    ]);
  });
});

test('what a backend does not do exactly is told on the ConfigMap, and is an error where something was to be kept out', () => {
  const { model } = servedSettings({ 'hsts-preload': 'true' });
  const table = { 'hsts-preload': { level: 'refused', note: 'not at all' } } as const;
  const codes = (settings = model().settings) =>
    fidelityDiagnostics({ ...model(), settings }, table).map(({ code, field }) => [code, field]);
  expect(codes()).toEqual([['SLU1510', 'data[hsts-preload]']]);
  const { said } = model().settings;
  expect(codes({ ...model().settings, said: said.map((one) => ({ ...one, protects: true })) })).toEqual([
    ['SLU1604', 'data[hsts-preload]'],
  ]);
});
