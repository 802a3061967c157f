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
    const slice = { kind: 'EndpointSlice', namespace: lab().name, name: 'web-1' };
    const beforeMs = Date.now();
    const { metadata } = (await lab().api.patch(slice, { endpoints: [] })) ?? {};
    const run = await traceOf(new RegExp(`^EndpointSlice ${lab().name}/web-1@${metadata?.resourceVersion ?? '\\d+'}$`));
    expect(run.startMs).toBeGreaterThanOrEqual(beforeMs);
    expect(run.attributes['sluice.apply.outcome']).toBe('applied');
    const parts = receiver.spans.filter(({ parentSpanId }) => parentSpanId === run.spanId);
    expect(parts.map(({ name }) => name)).toEqual(expect.arrayContaining(['sluice.wait', 'sluice.apply', 'sluice.probe']));
    const sum = parts.reduce((total, part) => total + lastedMs(part), 0);
    expect(Math.abs(sum / lastedMs(run) - 1)).toBeLessThan(0.05);
  });

  test('the status that is written of a new Ingress is in its trace', async () => {
    await lab().route('late.test');
    const run = await traceOf(new RegExp(`Ingress ${lab().name}/late.test@`));
    const status = await until(
      'the status to be written',
      () => receiver.spans.find(({ name, traceId }) => name === 'sluice.status' && traceId === run.traceId),
      LONG_MS,
    );
    expect(status).toMatchObject({ parentSpanId: run.spanId, attributes: { 'sluice.status.count': 1 } });
    expect(status.startMs).toBeGreaterThan(run.endMs - 2);
  });
});
