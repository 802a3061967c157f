import { expect, test } from 'vitest';
import { servedSettings } from '../../testing/served-settings.ts';

const header = (data: Readonly<Record<string, string>>) => servedSettings(data).model().settings.strictTransport.header;

test.each([
  [{}, 'max-age=31536000; includeSubDomains'],
  [{ hsts: 'false' }, undefined],
  [{ hsts: '' }, undefined],
  [{ 'hsts-max-age': '60', 'hsts-include-subdomains': 'false', 'hsts-preload': 'true' }, 'max-age=60; preload'],
])('%j', (data, expected) => {
  expect(header(data)).toBe(expected);
});

test.each(['', 'soon', '1; x', '1\r\nX-Own: 1', '-1', '9'.repeat(400)])('an age of %j counts as absent, and is told', (age) => {
  const served = servedSettings({ 'hsts-max-age': age });
  expect(served.model().settings.strictTransport.header).toBe('max-age=31536000; includeSubDomains');
  expect(served.findings()).toEqual([['SLU1603', 'data[hsts-max-age]']]);
});
