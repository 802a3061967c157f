import { afterAll, beforeAll, expect, test } from 'vitest';
import { SpanReceiver, lastedMs } from '../../span-receiver.ts';
import type { ReceivedSpan } from '../../span-receiver.ts';
import { until } from '../../until.ts';
import { LONG_MS, untilAnswer } from '../lab.ts';
import { onEachBackend } from '../on-each-backend.ts';

onEachBackend('traces of what the cluster changes', ({ lab }) => {
  const receiver = new SpanReceiver();
  beforeAll(async () => {
    const [web, other] = [await lab().upstream('web'), await lab().upstream('other')];
    await lab().serve('web', [web.place]);
    await lab().serve('other', [other.place]);
    await lab().route('shop.test');
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: await receiver.start(), OTEL_BSP_SCHEDULE_DELAY: '50' };
    await untilAnswer(await lab().start({ env }), 'shop.test', 'web');
  });
  afterAll(() => receiver.stop());

  const traceOf = (objects: RegExp): Promise<ReceivedSpan> =>
    until(
      `a trace of ${objects}`,
      () =>
        receiver.spans.find(
          ({ name, attributes }) => name === 'sluice.reconcile' && objects.test(String(attributes['sluice.change.objects'])),
        ),
      LONG_MS,
    );

  test('a changed EndpointSlice: its version, and parts from write to served that make up the whole', async () => {
    // Until it comes alone: on a cluster that others use there is always something else.
    const runs: ReceivedSpan[] = [];
    for (let round = 0; runs.at(-1)?.attributes['sluice.change.count'] !== 1 && round < 10; round++) {
      const endpoints = round % 2 === 0 ? [] : [{ addresses: ['192.0.2.1'], conditions: { ready: true } }];
      const { metadata } = await lab().api.patch({ kind: 'EndpointSlice', namespace: lab().name, name: 'web-1' }, { endpoints });
      runs.push(await traceOf(new RegExp(`EndpointSlice ${lab().name}/web-1@${String(metadata['resourceVersion'])}`)));
    }
    const [run] = runs.slice(-1);
    if (run === undefined) throw new Error('there is no trace');
    expect(run.attributes['sluice.apply.outcome']).toBe('applied');
    // What is told to the cluster comes after it is served.
    const parts = receiver.spans.filter(({ parentSpanId, startMs }) => parentSpanId === run.spanId && startMs < run.endMs);
    expect(parts.map(({ name }) => name)).toEqual(expect.arrayContaining(['sluice.wait', 'sluice.apply', 'sluice.probe']));
    const sum = parts.reduce((total, part) => total + lastedMs(part), 0);
    expect(Math.abs(sum / lastedMs(run) - 1)).toBeLessThan(0.05);
  });

  test('the status that is written of a new Ingress follows from its run', async () => {
    await lab().route('late.test');
    const run = await traceOf(new RegExp(`Ingress ${lab().name}/late.test@`));
    const tells = ({ name, parentSpanId, links = [] }: ReceivedSpan): boolean =>
      name === 'sluice.status' && [parentSpanId, ...links.map(({ spanId }) => spanId)].includes(run.spanId);
    const status = await until('the status to be written', () => receiver.spans.find(tells), LONG_MS);
    expect(Number(status.attributes['sluice.status.count'])).toBeGreaterThan(0);
    expect(status.startMs).toBeGreaterThan(run.endMs - 2);
  });
});
