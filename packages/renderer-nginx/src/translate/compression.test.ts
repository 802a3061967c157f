import { builtIn, defaultServing } from '@sluice/core';
import type { Compression } from '@sluice/core';
import { expect, test } from 'vitest';
import { assumedCapabilities } from './capabilities.ts';
import { testDeployment } from '../testing/test-deployment.ts';
import { compression, compressionFindings, compressionModules } from './compression.ts';

const LONG = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

const withoutBrotli = {
  ...testDeployment,
  capabilities: { ...assumedCapabilities, brotli: { found: false, because: 'of the test' } as const },
};

function settings(name: 'gzip' | 'brotli', types: readonly string[]): Compression {
  return { [name]: { level: 1, minBytes: 256, types, disabled: '' } };
}

test.each(['gzip', 'brotli'] as const)('types that nginx has no room for are left out of %s and told', (name) => {
  const from = { ...builtIn, field: `data[${name}-types]` };
  const findings = (types: readonly string[]) =>
    compressionFindings({ ...defaultServing, compression: settings(name, types), said: [{ key: `${name}-types`, from }] });
  const printed = (types: readonly string[]) => JSON.stringify(compression(settings(name, types), testDeployment));
  expect(printed(['text/css', LONG])).toBe(printed(['text/css']));
  expect(printed([LONG])).not.toContain(`${name}_types`);
  expect(findings(['text/css', LONG])).toMatchObject([{ code: 'SLU1509', field: `data[${name}-types]` }]);
  expect(findings(['text/css'])).toEqual([]);
});

test('the module of brotli is loaded where it is asked for, and not asked for where it is not there', () => {
  const asked = settings('brotli', ['text/css']);
  expect(compressionModules(asked, testDeployment)).toEqual(['/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so']);
  expect(compressionModules(settings('gzip', []), testDeployment)).toEqual([]);
  expect(compressionModules(asked, withoutBrotli)).toEqual([]);
  expect(compression(asked, withoutBrotli)).toEqual([]);
});
