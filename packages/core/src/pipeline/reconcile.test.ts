import { expect, test } from 'vitest';
import { ModelBuilder } from '../model/build/build-model.ts';
import { defaultModelOptions } from '../model/build/model-options.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import { memoryBackend } from '../testing/memory-backend.ts';
import { ingressObject } from '../testing/objects.ts';
import { SnapshotStore } from '../watch/snapshot-store.ts';
import { LoopPulse } from './loop-pulse.ts';
import { Quarantine } from './quarantine.ts';
import { reconcile } from './reconcile.ts';

function setUp(...objects: readonly object[]) {
  const { backend, control } = memoryBackend();
  const store = new SnapshotStore();
  const loop = { builder: new ModelBuilder(defaultModelOptions), backend, quarantine: new Quarantine(), pulse: new LoopPulse(1000) };
  const put = (...more: readonly object[]) => store.change(more.map((object) => ({ kind: 'put', object })));
  put(...objects);
  const run = () => reconcile(loop, store.snapshot(), new AbortController().signal);
  const hosts = () => control.served.at(-1)?.virtualHosts.map(({ name }) => name);
  return { control, put, run, hosts };
}

/** Blames the Ingress of each host whose name contains a word. */
const refusing = (word: string) => (model: RoutingModel) =>
  model.virtualHosts.filter(({ name }) => name.includes(word)).map(({ from }) => ({ from, message: `${word} is refused` }));

test('a model goes live, and the same model again is unchanged', async () => {
  const { run, hosts } = setUp(ingressObject('one', 'one.test'));
  expect((await run()).outcome).toMatchObject({ kind: 'applied' });
  expect(hosts()).toEqual(['*', 'one.test']);
  expect((await run()).outcome).toMatchObject({ kind: 'unchanged' });
});

test('a refused object is left out alone and reported; corrected, it is served', async () => {
  const { run, hosts, put, control } = setUp(ingressObject('good', 'good.test'), ingressObject('bad', 'poison.test'));
  control.blame = refusing('poison');
  const { outcome, diagnostics } = await run();
  expect([outcome.kind, hosts()]).toEqual(['applied', ['*', 'good.test']]);
  expect(diagnostics.filter(({ code }) => code === 'SLU4002')).toMatchObject([{ object: { name: 'bad' }, message: 'poison is refused' }]);
  put(ingressObject('bad', 'cured.test'));
  const cured = await run();
  expect([hosts(), cured.diagnostics.filter(({ code }) => code === 'SLU4002')]).toEqual([['*', 'cured.test', 'good.test'], []]);
});

test('the last good form of a refused object goes on serving, unless it is refused too', async () => {
  const { run, hosts, put, control } = setUp(ingressObject('one', 'first.test'));
  control.blame = refusing('poison');
  await run();
  put(ingressObject('one', 'poison.test'));
  await run();
  expect(hosts()).toEqual(['*', 'first.test']);
  control.blame = (model) => [...refusing('poison')(model), ...refusing('first')(model)];
  expect((await run()).outcome.kind).toBe('applied');
  expect(hosts()).toEqual(['*']);
});

test('a refused object gets another try when a ConfigMap changes: it may have been its settings', async () => {
  const { run, hosts, put, control } = setUp(ingressObject('one', 'one.test'));
  control.blame = refusing('one');
  await run();
  expect(hosts()).toEqual(['*']);
  control.blame = () => [];
  await run();
  expect(hosts()).toEqual(['*']);
  put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'ingress', name: 'settings' }, data: {} });
  const { diagnostics } = await run();
  expect([hosts(), diagnostics.filter(({ code }) => code === 'SLU4002')]).toEqual([['*', 'one.test'], []]);
});

test('nobody to blame: nothing goes live and the last good generation stays', async () => {
  const { run, hosts, put, control } = setUp(ingressObject('one', 'one.test'));
  await run();
  control.blame = () => [{ from: { object: { kind: 'Sluice', namespace: '', name: 'built-in' }, field: '' }, message: 'no reason' }];
  put(ingressObject('two', 'two.test'));
  const { outcome, diagnostics } = await run();
  expect([outcome.kind, hosts(), diagnostics.some(({ code }) => code === 'SLU3003')]).toEqual(['rejected', ['*', 'one.test'], true]);
});

test('trouble while applying is a retryable error', async () => {
  const { run, control, hosts } = setUp(ingressObject('one', 'one.test'));
  control.failure = new Error('no space left');
  await expect(run()).rejects.toMatchObject({ code: 'SLU4001', retryable: true });
  await run();
  expect(hosts()).toEqual(['*', 'one.test']);
});
