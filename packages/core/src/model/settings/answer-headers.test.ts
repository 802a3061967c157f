import { expect, test } from 'vitest';
import { servedSettings } from '../../testing/served-settings.ts';

const read = (data: Readonly<Record<string, string>>) => servedSettings(data).model().settings.answerHeaders;

test('headers are hidden by their names, in whatever case', () => {
  expect(read({ 'hide-headers': 'X-Powered-By, x-b ,X-B,' }).hidden).toEqual(['x-b', 'x-powered-by']);
});

test('names that are none are told as errors, and the others hold', () => {
  const served = servedSettings({ 'hide-headers': 'X-A,b c;},Content-Length' });
  expect(served.model().settings.answerHeaders.hidden).toEqual(['x-a']);
  expect(served.findings()).toEqual([['SLU1604', 'data[hide-headers]']]);
});

test.each([
  [{}, 'none'],
  [{ 'server-tokens': 'true' }, 'own'],
  [{ 'allow-backend-server-header': 'true' }, 'upstream'],
  [{ 'allow-backend-server-header': 'true', 'server-tokens': 'true' }, 'upstream'],
  [{ 'allow-backend-server-header': 'true', 'hide-headers': 'Server' }, 'none'],
])('%j: Server is that of %s', (data, server) => {
  expect(read(data).server).toBe(server);
});
