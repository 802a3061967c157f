import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EchoUpstream } from './echo-upstream.ts';
import { endpointSlice, hostTo, ingressClass, service } from './manifest.ts';
import { backends, needing, programOf } from './proxy-programs.ts';
import { RunningSluice, listenFlags } from './running-sluice.ts';
import { SpanReceiver, lastedMs } from './span-receiver.ts';
import type { ReceivedSpan } from './span-receiver.ts';
import { TemporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

let upstream: EchoUpstream;
beforeAll(async () => {
  upstream = await EchoUpstream.start('web');
});
afterAll(() => upstream.close());

const STEPS = ['wait', 'model', 'translate', 'render', 'validate', 'apply', 'probe'].map((step) => `sluice.${step}`);

for (const backend of backends) {
  const { title, skip } = needing(programOf(backend), `traces with ${backend}`);
  describe.skipIf(skip)(title, () => {
    let folder: TemporaryFolder;
    let receiver: SpanReceiver;
    let sluice: RunningSluice;
    beforeEach(async () => {
      folder = new TemporaryFolder();
      receiver = new SpanReceiver();
      folder.writeObjects('manifests/common.yaml', [ingressClass(), service('web'), hostTo('shop.test', 'web')]);
      folder.writeObjects('manifests/slice.yaml', [endpointSlice('web', { port: upstream.port })]);
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: await receiver.start(), OTEL_BSP_SCHEDULE_DELAY: '50' };
      const args = ['--backend', backend, '--manifests', folder.at('manifests'), '--data', folder.at('data'), ...listenFlags];
      sluice = await RunningSluice.listening(args, { env });
      await sluice.ready();
    });
    afterEach(async () => {
      await sluice?.kill();
      await receiver.stop();
      folder.remove();
    });

    const partsOf = (whole: ReceivedSpan): readonly ReceivedSpan[] =>
      receiver.spans.filter(({ parentSpanId, traceId }) => parentSpanId === whole.spanId && traceId === whole.traceId);
    const runWith = (objects: RegExp): ReceivedSpan | undefined =>
      receiver.spans.find(
        ({ name, attributes }) => name === 'sluice.reconcile' && objects.test(String(attributes['sluice.change.objects'])),
      );

    test('a changed EndpointSlice is one trace, from the change to the first answer, whose parts make up the whole', async () => {
      const beforeMs = Date.now();
      folder.writeObjects('manifests/slice.yaml', [endpointSlice('web', { port: upstream.port, ready: false })]);
      const run = await until('the trace', () => runWith(/^EndpointSlice default\/web-1$/));
      expect(run.attributes).toMatchObject({ 'sluice.apply.outcome': 'applied', 'sluice.change.count': 1 });
      expect(run.startMs).toBeGreaterThanOrEqual(beforeMs);
      const steps = partsOf(run).toSorted((a, b) => a.startMs - b.startMs);
      expect(steps.map(({ name }) => name)).toEqual(STEPS);
      const sum = steps.reduce((total, step) => total + lastedMs(step), 0);
      expect(Math.abs(sum / lastedMs(run) - 1)).toBeLessThan(0.05);
      expect(steps.at(-1)?.endMs).toBeLessThanOrEqual(run.endMs);
      expect(receiver.spans.filter(({ traceId, name }) => traceId === run.traceId && name === 'sluice.reload')).toEqual([]);
      expect(JSON.stringify(receiver.spans)).not.toContain('PRIVATE KEY');
    });

    test('the first run is traced, with the reload that it takes and its reasons', async () => {
      const first = await until('the trace', () => runWith(/Ingress default\/shop/));
      const steps = partsOf(first);
      expect(steps.map(({ name }) => name).toSorted()).toEqual(STEPS.toSorted());
      const apply = steps.find(({ name }) => name === 'sluice.apply');
      const inApply = apply === undefined ? [] : partsOf(apply);
      const reload = inApply.find(({ name }) => name === 'sluice.reload');
      expect(reload === undefined).toBe(backend === 'node');
      expect(reload?.attributes['sluice.reload.reasons']).not.toEqual([]);
      expect(inApply.reduce((total, part) => total + lastedMs(part), 0)).toBeLessThanOrEqual(apply === undefined ? 0 : lastedMs(apply) + 1);
    });

    test('how long a change takes is a metric too, but for the start', async () => {
      const count = async (): Promise<string | undefined> =>
        /^sluice_apply_to_served_seconds_count (\d+)$/m.exec((await sluice.page('/metrics')).text)?.[1];
      expect(await count()).toBe('0');
      folder.writeObjects('manifests/slice.yaml', [endpointSlice('web', { port: upstream.port, ready: false })]);
      await until('the change', async () => ((await count()) === '1' ? true : undefined));
    });
  });
}
