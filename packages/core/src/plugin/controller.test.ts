import { expect, test } from 'vitest';
import { z } from 'zod';
import { diagnose } from '../observe/diagnostic.ts';
import { silentLogger } from '../observe/logger.ts';
import { memoryBackend } from '../testing/memory-backend.ts';
import { ingressObject } from '../testing/objects.ts';
import type { Sink } from '../watch/watcher.ts';
import { createController } from './controller.ts';
import type { ControllerView } from './controller-view.ts';
import { ControllerViewToken } from './core-tokens.ts';
import { definePlugin } from './plugin.ts';
import { createToken } from './token.ts';

const empty = z.strictObject({});

/** A plugin with a memory backend, a watcher that a test feeds, and hooks that leave a trace. */
function testPlugin() {
  const { backend, control } = memoryBackend();
  const { promise: sink, resolve } = Promise.withResolvers<Sink>();
  const plugin = definePlugin({
    name: 'test',
    core: '^0.1.0',
    config: z.strictObject({ failing: z.boolean().default(false) }),
    register(host, { failing }) {
      host.backend('memory', () => backend);
      host.backend('other', () => {
        throw new Error('must not be made');
      });
      host.watcher(() => ({
        name: 'test',
        run: async (into, signal) => {
          resolve(into);
          await new Promise((done) => signal.addEventListener('abort', done));
          control.events.push('watcher ended');
        },
      }));
      host.onStart(() => {
        control.events.push('hook started');
        if (failing) throw new Error('cannot');
      });
      host.onStop(() => void control.events.push('hook stopped'));
    },
  });
  return { plugin, control, sink };
}

test('starts in order, serves what the watcher delivers, stops in reverse order', async () => {
  const { plugin, control, sink } = testPlugin();
  const controller = await createController({ plugins: [plugin], backend: 'memory', reconcile: { holdOffMs: 1, maxHoldOffMs: 5 } });
  await controller.start();
  (await sink).change([{ kind: 'put', object: ingressObject('one', 'one.test') }]);
  (await sink).synced();
  await expect.poll(() => control.served.at(-1)?.virtualHosts.map(({ name }) => name)).toEqual(['*', 'one.test']);
  await controller.stop();
  expect(control.events).toEqual(['start', 'started', 'hook started', 'hook stopped', 'watcher ended', 'stop']);
});

test('nothing is served before the source has delivered its first state', async () => {
  const { plugin, control, sink } = testPlugin();
  const controller = await createController({ plugins: [plugin], backend: 'memory', reconcile: { holdOffMs: 1, maxHoldOffMs: 5 } });
  await controller.start();
  (await sink).change([{ kind: 'put', object: ingressObject('one', 'one.test') }]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(control.served).toEqual([]);
  await controller.stop();
});

test('what a source that is waited for says is told once', async () => {
  const { plugin, sink } = testPlugin();
  const told: unknown[] = [];
  const logger = { ...silentLogger, warn: (message: string, fields?: object) => void told.push([message, fields]) };
  const reconcile = { holdOffMs: 1, maxHoldOffMs: 5 };
  const controller = await createController({ plugins: [plugin], backend: 'memory', logger, reconcile });
  await controller.start();
  const directory = { object: { kind: 'Directory', namespace: '', name: '/gone' }, field: '' } as const;
  for (let looks = 0; looks < 3; looks++) {
    (await sink).report([diagnose('SLU1005', directory, 'it does not exist')]);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(told).toEqual([
    ['waiting for the first state of a source', { found: [expect.stringContaining('SLU1005 Directory /gone: it does not exist')] }],
  ]);
  await controller.stop();
});

test('stopped while starting: the step under way is ended and undone, and no further one begins', async () => {
  const { plugin, control } = testPlugin();
  control.starting = (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  const controller = await createController({ plugins: [plugin], backend: 'memory' });
  const started = controller.start();
  await controller.stop();
  await expect(started).rejects.toMatchObject({ code: 'SLU2107' });
  expect(control.events).toEqual(['start', 'started', 'stop']);
});

test('the grace period: not ready, and served on until it ends or somebody asks once more', async () => {
  const { plugin, control, sink } = testPlugin();
  const { promise: seen, resolve } = Promise.withResolvers<ControllerView>();
  const looking = definePlugin({
    name: 'looking',
    core: '*',
    config: empty,
    register: (host) => host.onStart((services) => resolve(services.get(ControllerViewToken))),
  });
  const controller = await createController({ plugins: [plugin, looking], backend: 'memory', limits: { graceMs: 3_600_000 } });
  await controller.start();
  const view = await seen;
  (await sink).synced();
  await expect.poll(() => view.ready()).toBe(true);
  const stopped = controller.stop();
  expect([view.ready(), controller.stopping]).toEqual([false, false]);
  expect(await view.readiness()).toEqual({ healthy: false, reason: 'it is about to stop' });
  expect(await view.health()).toEqual({ healthy: true });
  (await sink).change([{ kind: 'put', object: ingressObject('late', 'late.test') }]);
  await expect.poll(() => control.served.at(-1)?.virtualHosts.map(({ name }) => name)).toContain('late.test');
  void controller.stop();
  await stopped;
  expect(controller.stopping).toBe(true);
  expect(control.events.at(-1)).toBe('stop');
});

test('a run that hangs makes it ill until it goes on', async () => {
  const { plugin, control, sink } = testPlugin();
  const { promise: seen, resolve } = Promise.withResolvers<ControllerView>();
  const looking = definePlugin({
    name: 'looking',
    core: '*',
    config: empty,
    register: (host) => host.onStart((services) => resolve(services.get(ControllerViewToken))),
  });
  const { promise: go, resolve: goOn } = Promise.withResolvers<void>();
  control.applying = () => go;
  const controller = await createController({ plugins: [plugin, looking], backend: 'memory', limits: { stepMs: 20 } });
  await controller.start();
  const view = await seen;
  expect(await view.health()).toEqual({ healthy: true });
  (await sink).synced();
  await expect.poll(() => view.health()).toMatchObject({ healthy: false, reason: expect.stringContaining('sluice.apply') });
  goOn();
  await expect.poll(() => view.health()).toEqual({ healthy: true });
  await controller.stop();
});

test('what is around the rest starts first and ends last', async () => {
  const { plugin, control } = testPlugin();
  const around = definePlugin({
    name: 'around',
    core: '*',
    config: empty,
    register: (host) =>
      host.around(() => {
        control.events.push('before');
        return () => void control.events.push('after');
      }),
  });
  const controller = await createController({ plugins: [plugin, around], backend: 'memory' });
  await controller.start();
  await controller.stop();
  expect([control.events[0], control.events.at(-1)]).toEqual(['before', 'after']);
});

test('a plugin that fails to start has everything stopped again', async () => {
  const { plugin, control } = testPlugin();
  const controller = await createController({ plugins: [plugin({ failing: true })], backend: 'memory' });
  await expect(controller.start()).rejects.toMatchObject({ code: 'SLU2107', message: 'starting the plugin test failed: cannot' });
  expect(control.events.slice(-3)).toEqual(['hook stopped', 'watcher ended', 'stop']);
});

test('a step that does not end is given up', async () => {
  const { plugin, control } = testPlugin();
  control.starting = () => new Promise(() => {});
  const controller = await createController({ plugins: [plugin], backend: 'memory', limits: { startMs: 10 } });
  await expect(controller.start()).rejects.toMatchObject({ code: 'SLU2107', message: 'starting the data plane took longer than 10 ms' });
});

const named = (name: string, core = '^0.1.0') => definePlugin({ name, core, config: empty, register: () => {} });
const twice = createToken<number>('Twice');

test.each([
  [
    'an unknown backend',
    () => [testPlugin().plugin],
    'SLU2004',
    'there is no backend "memry" (did you mean "memory"?); installed: memory, other',
  ],
  ['a plugin that is there twice', () => [named('a'), named('a')], 'SLU2102', 'the plugin a is there twice'],
  ['another core', () => [named('a', '^9.0.0')], 'SLU2103', 'the plugin a needs @sluice/core ^9.0.0, this is 0.1.0'],
  [
    'an option that is not valid',
    () => [testPlugin().plugin({ failng: true } as never)],
    'SLU2003',
    'test.failng: there is no such option (did you mean "failing"?)',
  ],
  [
    'two providers',
    () => ['a', 'b'].map((name) => definePlugin({ name, core: '*', config: empty, register: (host) => host.provide(twice, () => 1) })),
    'SLU2104',
    'Twice is provided twice',
  ],
])('%s is refused when the controller is made', async (_, plugins, code, message) => {
  await expect(createController({ plugins: plugins(), backend: 'memry' })).rejects.toMatchObject({ code, message });
});

test('plugins see the controller: status, diagnostics, explain', async () => {
  const { plugin, sink } = testPlugin();
  let status: unknown;
  const looking = definePlugin({
    name: 'looking',
    core: '^0.1.0',
    config: empty,
    register: (host) =>
      host.onStop(async (services) => {
        const view = services.get(ControllerViewToken);
        status = { ...(await view.status()), explained: view.explain({ url: 'http://one.test/x' })?.status };
      }),
  });
  const controller = await createController({
    plugins: [plugin, looking],
    backend: 'memory',
    reconcile: { holdOffMs: 1, maxHoldOffMs: 5 },
  });
  await controller.start();
  (await sink).change([{ kind: 'put', object: ingressObject('one', 'one.test', 'missing') }]);
  (await sink).synced();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await controller.stop();
  expect(status).toMatchObject({ backend: 'memory', ready: false, objects: { Ingress: 1 }, diagnostics: { error: 1 }, explained: 503 });
  expect(status).toMatchObject({ dataplane: { healthy: true, facts: { proxy: 'memory' } } });
});

test('a plugin tells the programs that it would run with its options', () => {
  const plugin = definePlugin({
    name: 'proxy',
    core: '*',
    config: z.strictObject({ path: z.string().default('/usr/sbin/proxy') }),
    register: () => {},
    found: ({ path }) => [{ name: 'proxy', version: '1.0.0', path, note: 'Lua: yes' }],
  });
  expect(plugin.found()).toEqual([{ name: 'proxy', version: '1.0.0', path: '/usr/sbin/proxy', note: 'Lua: yes' }]);
  expect(plugin({ path: '/opt/proxy' }).found()[0]?.path).toBe('/opt/proxy');
  expect(named('a').found()).toEqual([]);
});
