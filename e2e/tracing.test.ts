import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EchoUpstream } from './echo-upstream.ts';
import { endpointSlice, hostTo, ingressClass, service } from './manifest.ts';
import { backends, needing, programOf } from './proxy-programs.ts';
import { RunningSluice, listenFlags } from './running-sluice.ts';
import { SpanReceiver } from './span-receiver.ts';
import type { ReceivedSpan } from './span-receiver.ts';
import { TemporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

let upstream: EchoUpstream;
beforeAll(async () => {
  upstream = await EchoUpstream.start('web');
});
afterAll(() => upstream.close());

const STEPS = ['sluice.wait', 'sluice.model', 'sluice.translate', 'sluice.render', 'sluice.validate', 'sluice.apply'];

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

    /** The run that is about this object alone. */
    const runOf = (object: string): ReceivedSpan | undefined =>
      receiver.spans.find(({ name, attributes }) => name === 'sluice.reconcile' && String(attributes['sluice.changes']) === object);

    test('a changed EndpointSlice is one trace, from the change to the acknowledgement, whose steps make up the whole', async () => {
      folder.writeObjects('manifests/slice.yaml', [endpointSlice('web', { port: upstream.port, ready: false })]);
      const run = await until('the trace', () => runOf('EndpointSlice default/web-1'));
      expect(run.attributes).toMatchObject({
        'sluice.apply.outcome': expect.stringMatching(/^(applied|unchanged)$/),
        'sluice.changes.count': 1,
      });
      const steps = receiver.spans.filter(({ parentSpanId, traceId }) => parentSpanId === run.spanId && traceId === run.traceId);
      expect(steps.map(({ name }) => name).toSorted()).toEqual(STEPS.toSorted());
      const lasted = ({ startMs, endMs }: ReceivedSpan): number => endMs - startMs;
      const sum = steps.reduce((total, step) => total + lasted(step), 0);
      expect(Math.abs(sum / lasted(run) - 1)).toBeLessThan(0.05);
      expect(JSON.stringify(receiver.spans)).not.toContain('PRIVATE KEY');
    });
  });
}
