import { expect, test } from 'vitest';
import type { Flag } from './flag.ts';
import { parseFlagValue } from './flag-value.ts';
import { ingressNginxFlags } from './flags.ts';

const namesOf = (kind: Flag['outcome']['kind']) => ingressNginxFlags.filter(({ outcome }) => outcome.kind === kind).map(({ name }) => name);

test('every flag is there once', () => {
  expect(new Set(ingressNginxFlags.map(({ name }) => name)).size).toBe(ingressNginxFlags.length);
  expect(['honoured', 'ignored', 'refused'].map((kind) => namesOf(kind as Flag['outcome']['kind']).length)).toEqual([39, 39, 7]);
});

test('what keeps something out is never accepted without effect', () => {
  const careful = [
    'annotations-prefix',
    'disable-catch-all',
    'disable-svc-external-name',
    'enable-annotation-validation',
    'enable-ssl-passthrough',
    'validating-webhook',
    'validating-webhook-certificate',
    'validating-webhook-key',
    'watch-namespace',
    'watch-namespace-selector',
  ];
  expect(namesOf('ignored').filter((name) => careful.includes(name))).toEqual([]);
  expect(ingressNginxFlags.filter(({ name }) => careful.includes(name))).toHaveLength(careful.length);
});

test.each(ingressNginxFlags.map((flag) => [flag.name, flag] as const))('--%s: its standard is a value that it takes', (_name, flag) => {
  const { type, standard, outcome } = flag;
  if (standard !== '') expect(parseFlagValue(type, standard)).toBeDefined();
  if (outcome.kind !== 'honoured' && outcome.unless !== undefined)
    expect(parseFlagValue(type, String(outcome.unless))).toBe(outcome.unless);
});

test.each(ingressNginxFlags.map((flag) => [flag.name, flag] as const))('--%s says what follows from it', (_name, { outcome }) => {
  if (outcome.kind === 'ignored') expect(outcome.because).toMatch(/\w+ \w+/);
  else if (outcome.kind === 'refused') expect(outcome.instead).toMatch(/: \w+ /);
  else if (Object.keys(outcome.settings).length === 0) expect(outcome.note).not.toBe('');
  if (outcome.kind === 'refused') expect(ingressNginxFlags.find(({ name }) => name === _name)?.standard).toBe(String(outcome.unless));
});
