import { beforeAll, expect, test } from 'vitest';
import { untilTrue } from '../../until.ts';
import { LONG_MS, answerOf, untilAnswer } from '../lab.ts';
import type { NamedUpstream } from '../named-upstream.ts';
import { ingressClass, namespace } from '../objects.ts';
import { onEachBackend } from '../on-each-backend.ts';

onEachBackend('namespaces and classes', ({ lab }) => {
  let web: NamedUpstream;

  beforeAll(async () => {
    web = await lab().upstream('web');
    await lab().serve('web', [web.place]);
    await lab().route('own.test');
  });

  /** A namespace with a host that answers. */
  async function shopIn(what: string, host: string, labels?: Readonly<Record<string, string>>): Promise<string> {
    const made = await lab().namespace(what, labels);
    await lab().serve('web', [web.place], made);
    await lab().route(host, { namespace: made });
    return made;
  }

  test('a namespace that is deleted takes its routes along', async () => {
    const sluice = await lab().start();
    const shop = await shopIn('shop', 'shop.test');
    await untilAnswer(sluice, 'shop.test', 'web');
    await lab().api.delete({ kind: 'Namespace', name: shop });
    await untilAnswer(sluice, 'shop.test', 'status 404');
    await untilTrue('its end', async () => (await lab().api.get({ kind: 'Namespace', name: shop })) === undefined, LONG_MS);
    await untilAnswer(sluice, 'own.test', 'web');
    expect((await sluice.stop()).status).toBe(0);
  });

  test('with --watch-namespace nothing else is seen', async () => {
    await shopIn('hidden', 'hidden.test');
    const sluice = await lab().start({ flags: ['--watch-namespace', lab().name] });
    await lab().route('seen.test');
    await untilAnswer(sluice, 'seen.test', 'web');
    expect(await answerOf(sluice, 'hidden.test')).toBe('status 404');
    await sluice.stop();
  });

  test('the ConfigMap that --configmap names is read also where its namespace is not watched', async () => {
    const elsewhere = await lab().namespace('settings');
    const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: elsewhere, name: 'settings' } };
    await lab().api.apply({ ...settings, data: { 'denylist-source-range': '0.0.0.0/0,::/0' } });
    const sluice = await lab().start({ flags: ['--watch-namespace', lab().name, '--configmap', `${elsewhere}/settings`] });
    expect(await answerOf(sluice, 'own.test')).toBe('status 403');
    await lab().api.apply({ ...settings, data: {} });
    await untilAnswer(sluice, 'own.test', 'web');
    await lab().api.apply({ ...settings, data: { 'denylist-source-range': '0.0.0.0/0,::/0' } });
    await untilAnswer(sluice, 'own.test', 'status 403');
    await lab().api.delete({ kind: 'ConfigMap', namespace: elsewhere, name: 'settings' });
    await untilAnswer(sluice, 'own.test', 'web');
    await sluice.stop();
  });

  test('namespaces come and go with their labels', async () => {
    const labels = { [lab().name]: 'yes' };
    const chosen = await shopIn('chosen', 'chosen.test');
    // The shipped rights do not have this one: whoever selects namespaces grants it besides.
    await grantNamespaces();
    const sluice = await lab().start({ kubernetes: { namespaceSelector: `${lab().name}=yes` } });
    expect(await answerOf(sluice, 'chosen.test')).toBe('status 404');
    await lab().api.apply(namespace(chosen, labels));
    await untilAnswer(sluice, 'chosen.test', 'web');
    expect(await answerOf(sluice, 'own.test')).toBe('status 404');
    await lab().api.apply(namespace(chosen));
    await untilAnswer(sluice, 'chosen.test', 'status 404');
    await sluice.stop();
  });

  async function grantNamespaces(): Promise<void> {
    const ref = { kind: 'ClusterRole', name: lab().name };
    const rules = (await lab().api.get(ref))?.['rules'] as readonly object[];
    await lab().api.patch(ref, { rules: [...rules, { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] }] });
  }

  test('two controllers of two classes serve each its own', async () => {
    const [className, controllerClass] = [`${lab().name}-two`, `${lab().controllerClass}-two`];
    await lab().api.apply(ingressClass(className, controllerClass));
    await lab().route('two.test', { className });
    const one = await lab().start({ name: 'one' });
    const kubernetes = { status: { addresses: ['203.0.113.9'] }, election: { id: 'sluice-two' } };
    const two = await lab().start({ name: 'two', watch: { ingressClass: className, controllerClass }, kubernetes });
    await untilAnswer(one, 'own.test', 'web');
    await untilAnswer(two, 'two.test', 'web');
    expect(await answerOf(one, 'two.test')).toBe('status 404');
    expect(await answerOf(two, 'own.test')).toBe('status 404');
    await lab().route('two.test');
    await untilAnswer(one, 'two.test', 'web');
    await untilAnswer(two, 'two.test', 'status 404');
    await Promise.all([one.stop(), two.stop()]);
    await lab().api.delete({ kind: 'IngressClass', name: className });
  });
});
