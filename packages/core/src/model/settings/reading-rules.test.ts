import { expect, test } from 'vitest';
import { annotatedIngress } from '../../testing/served-ingresses.ts';
import { servedSettings } from '../../testing/served-settings.ts';

const codes = (served: ReturnType<typeof servedSettings>) =>
  served
    .build()
    .diagnostics.filter(({ field }) => field.includes('annotations['))
    .map(({ code }) => code);

test('snippets count as absent where they are not allowed', () => {
  const ingress = annotatedIngress('x', { 'configuration-snippet': 'return 418;', 'server-snippet': 'return 419;', 'app-root': '/a' });
  const served = servedSettings({ 'allow-snippet-annotations': 'false' }, ingress);
  const status = () => served.ask({ url: 'http://x.test/' })?.status;
  expect([status(), codes(served)]).toEqual([302, ['SLU1525', 'SLU1525']]);
  served.set({});
  expect(status()).toBe(419);
});

test('an Ingress with a word of the list is not served, whatever the annotation is', () => {
  const served = servedSettings(
    { 'annotation-value-word-blocklist': 'load_module, secret;' },
    annotatedIngress('x', { unknown: 'a secret; b' }),
  );
  const outcome = () => served.ask({ url: 'http://x.test/' })?.routed;
  expect([outcome(), codes(served)]).toEqual([false, ['SLU1525']]);
  served.set({ 'annotation-value-word-blocklist': ' , ' });
  expect(outcome()).toBe(true);
});

test('objects of other namespaces may be named where that is allowed', () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'other', name: 'users' }, stringData: { auth: 'u:{PLAIN}p' } };
  const ingress = annotatedIngress('x', { 'auth-type': 'basic', 'auth-secret': 'other/users' });
  const served = servedSettings({}, ingress, secret);
  const answer = () => served.ask({ url: 'http://x.test/' });
  expect(answer()?.status).toBe(503);
  served.set({ 'allow-cross-namespace-resources': 'true' });
  expect(answer()?.conditions.find(({ step }) => step === 'basic-auth')?.statuses).toEqual([401, 503]);
});
