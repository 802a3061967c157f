import { builtIn, defaultServing } from '@sluice/core';
import { expect, test } from 'vitest';
import { fittingTypes, gzipFindings } from './gzip-types.ts';

const LONG = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const from = { ...builtIn, field: 'data[gzip-types]' };

function findings(types: readonly string[]) {
  const gzip = { level: 1, minBytes: 256, types, disabled: '' };
  return gzipFindings({ ...defaultServing, compression: { gzip }, said: [{ key: 'gzip-types', from }] });
}

test('types that nginx has no room for are left out and told', () => {
  expect(fittingTypes(['text/css', LONG])).toEqual(['text/css']);
  expect(findings(['text/css', LONG])).toMatchObject([{ code: 'SLU1509', field: 'data[gzip-types]' }]);
  expect(findings(['text/css'])).toEqual([]);
});
