import { expect, test } from 'vitest';
import { annotatedIngress } from '../../testing/served-ingresses.ts';
import { servedSettings } from '../../testing/served-settings.ts';

test('redirects to HTTPS and to www have the status that is set, and follow it', () => {
  const served = servedSettings(
    { 'http-redirect-code': '301' },
    annotatedIngress('x', { 'force-ssl-redirect': 'true', 'from-to-www-redirect': 'true' }),
  );
  const statuses = () => ['http://x.test/', 'http://www.x.test/'].map((url) => served.ask({ url })?.status);
  expect(statuses()).toEqual([301, 301]);
  served.set({ 'http-redirect-code': '307' });
  expect(statuses()).toEqual([307, 307]);
  served.set({ 'http-redirect-code': '303' });
  expect(statuses()).toEqual([308, 308]);
  expect(served.findings()).toEqual([['SLU1603', 'data[http-redirect-code]']]);
});

test('limits answer with their statuses', () => {
  const served = servedSettings(
    { 'limit-req-status-code': '429', 'limit-conn-status-code': '420' },
    annotatedIngress('x', { 'limit-rps': '1', 'limit-connections': '1' }),
  );
  expect(served.ask({ url: 'http://x.test/' })?.conditions.find(({ step }) => step === 'limit')?.statuses).toEqual([420, 429]);
});

test.each(['444', '200', '600', 'x; }'])('%s is no status of limits', (code) => {
  expect(servedSettings({ 'limit-req-status-code': code }).findings()).toEqual([['SLU1603', 'data[limit-req-status-code]']]);
});
