import { expect, test } from 'vitest';
import { annotatedIngress } from '../../testing/served-ingresses.ts';
import { servedSettings } from '../../testing/served-settings.ts';

const status = (served: ReturnType<typeof servedSettings>, headers: readonly string[], clientAddress = '127.0.0.1') =>
  served.ask({ url: 'http://x.test/', headers, clientAddress })?.status;

test.each([
  ['Bad Bot', 'bad bot', 403],
  ['Bad Bot', 'Bad Bot 2', undefined],
  ['"Bad Bot (x)"', 'Bad Bot (x)', 403],
  ['~^curl', 'curl/8', 403],
  ['~^curl', 'Curl/8', undefined],
  ['~*^curl', 'CURL/8', 403],
  ['default', 'default', 403],
  ['one, ~two', 'a two', 403],
])('block-user-agents: %s and %s', (value, agent, expected) => {
  const served = servedSettings({ 'block-user-agents': value }, annotatedIngress('x', {}));
  expect(status(served, [`User-Agent: ${agent}`])).toBe(expected);
  expect(status(served, [])).toBeUndefined();
});

test('block-referers is told, and followed', () => {
  const served = servedSettings({ 'block-referers': '~*evil' }, annotatedIngress('x', { 'app-root': '/app' }));
  const asked = served.ask({ url: 'http://x.test/', headers: ['Referer: http://Evil.test/'] });
  expect([asked?.status, asked?.reasons.at(-1)?.field]).toEqual([403, 'data[block-referers]']);
  served.set({});
  expect(status(served, ['Referer: http://Evil.test/'])).toBe(302);
});

test.each(['~(', '~', '~(?R)', '~*', '""'])('%s is told as an error, and keeps nobody out', (pattern) => {
  const served = servedSettings({ 'block-user-agents': `${pattern},good` }, annotatedIngress('x', {}));
  expect(served.findings()).toEqual([['SLU1604', 'data[block-user-agents]']]);
  expect(served.model().settings.blocked.userAgents).toHaveLength(1);
});

test('a huge list is cut, and told', () => {
  const served = servedSettings({ 'block-user-agents': Array.from({ length: 2000 }, (_, index) => `~a${index}`).join(',') });
  expect(served.model().settings.blocked.userAgents).toHaveLength(500);
  expect(served.findings()).toEqual([['SLU1604', 'data[block-user-agents]']]);
});

test('block-cidrs goes before lists of an Ingress, and after redirects', () => {
  const served = servedSettings(
    { 'block-cidrs': '192.0.2.0/24, nobody' },
    annotatedIngress('x', { 'whitelist-source-range': '192.0.2.0/24' }),
    annotatedIngress('redirected', { 'permanent-redirect': 'http://there.test' }),
  );
  expect(served.findings()).toEqual([['SLU1604', 'data[block-cidrs]']]);
  expect(status(served, [], '192.0.2.1')).toBe(403);
  expect(served.ask({ url: 'http://redirected.test/', clientAddress: '192.0.2.1' })?.status).toBe(301);
  served.set({});
  expect(status(served, [], '192.0.2.1')).toBeUndefined();
});
