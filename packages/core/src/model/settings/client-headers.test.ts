import { expect, test } from 'vitest';
import { servedSettings } from '../../testing/served-settings.ts';

test.each([
  [{}, 'plain'],
  [{ 'enable-underscores-in-headers': 'true' }, 'underscores'],
  [{ 'ignore-invalid-headers': 'false' }, 'any'],
  [{ 'ignore-invalid-headers': 'nonsense' }, 'plain'],
])('%j: names are %s', (data, names) => {
  expect(servedSettings(data).model().settings.clientHeaders.names).toBe(names);
});
