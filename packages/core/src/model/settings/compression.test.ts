import { expect, test } from 'vitest';
import { servedSettings } from '../../testing/served-settings.ts';

const compression = (data: Readonly<Record<string, string>>) => servedSettings(data).model().settings.compression;

test('nothing is compressed without being asked', () => {
  expect(compression({ 'gzip-level': '9', 'brotli-level': '9' })).toEqual({});
});

test('gzip and brotli', () => {
  const { gzip, brotli } = compression({
    'use-gzip': 'true',
    'gzip-level': '5',
    'gzip-min-length': '100',
    'gzip-types': 'text/css  Text/Plain text/html text/css',
    'gzip-disable': 'msie [1-6]\\.',
    'enable-brotli': 'true',
    'brotli-types': '',
  });
  expect(gzip).toEqual({ level: 5, minBytes: 100, types: ['text/css', 'text/plain'], disabled: 'msie [1-6]\\.' });
  expect(brotli).toEqual({ level: 4, minBytes: 20, types: [] });
  expect(compression({ 'use-gzip': 'true' }).gzip?.types).toContain('application/json');
});

test.each([
  ['gzip-level', '0'],
  ['gzip-level', '10'],
  ['gzip-min-length', '1k'],
  ['gzip-types', 'text/plain; gzip_vary off'],
  ['gzip-types', '*'],
  ['gzip-types', 'text/plain\n}'],
  ['gzip-disable', '('],
  ['gzip-disable', '(a+)+\\1'],
  ['brotli-level', '12'],
])('%s: %j counts as absent, and is told', (key, value) => {
  const served = servedSettings({ [key]: value });
  expect(served.model().settings).toBe(servedSettings({}).model().settings);
  expect(served.findings()).toEqual([['SLU1603', `data[${key}]`]]);
});
