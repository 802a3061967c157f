import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Echo } from './echo-upstream.ts';
import { EchoUpstream } from './echo-upstream.ts';
import { configMap, endpointSlice, hostTo, ingressClass, service } from './manifest.ts';
import { RunningSluice, listenFlags } from './running-sluice.ts';
import { SpanReceiver } from './span-receiver.ts';
import type { ReceivedSpan } from './span-receiver.ts';
import { TemporaryFolder } from './temporary-folder.ts';
import { until, untilTrue } from './until.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

let upstream: EchoUpstream;
let folder: TemporaryFolder;
let receiver: SpanReceiver;
let sluice: RunningSluice;
beforeAll(async () => {
  upstream = await EchoUpstream.start('web');
});
afterAll(() => upstream.close());
beforeEach(() => {
  folder = new TemporaryFolder();
  receiver = new SpanReceiver();
  folder.writeObjects('manifests/common.yaml', [
    ingressClass(),
    service('web'),
    hostTo('shop.test', 'web'),
    endpointSlice('web', { port: upstream.port }),
  ]);
  folder.write('config.yaml', 'configMap: default/settings\n');
});
afterEach(async () => {
  await sluice?.kill();
  await receiver.stop();
  folder.remove();
});

async function started(env: Readonly<Record<string, string>> = {}): Promise<void> {
  const otlp = { OTEL_EXPORTER_OTLP_ENDPOINT: await receiver.start(), OTEL_BSP_SCHEDULE_DELAY: '50' };
  const args = ['--config', folder.at('config.yaml'), '--manifests', folder.at('manifests'), '--data', folder.at('data'), ...listenFlags];
  sluice = await RunningSluice.listening(args, { env: { ...otlp, ...env } });
  await sluice.ready();
}

async function send(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Echo['headers']> {
  const { promise, resolve } = Promise.withResolvers<Echo>();
  const { request } = await import('node:http');
  request({ host: '127.0.0.1', port: sluice.ports.http, path, headers: { host: 'shop.test', ...headers } }, (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (part: string) => (text += part));
    answer.once('end', () => resolve(JSON.parse(text) as Echo));
  }).end();
  return (await promise).headers;
}

const spanOf = (path: string): ReceivedSpan | undefined => receiver.spans.find(({ attributes }) => attributes['url.path'] === path);

function settings(data: Readonly<Record<string, string>>): void {
  folder.writeObjects('manifests/settings.yaml', [configMap('settings', data)]);
}

describe('requests', () => {
  test('whose client samples them are spans of its trace, and the upstream is told of these', async () => {
    await started();
    const headers = await send('/a?secret=1', { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'v=1' });
    const span = await until('the span', () => spanOf('/a'));
    expect(span).toMatchObject({ name: 'GET /', traceId: TRACE, parentSpanId: PARENT });
    expect(headers).toMatchObject({ traceparent: `00-${TRACE}-${span.spanId}-01`, tracestate: 'v=1' });
    expect(span.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.route': '/',
      'server.address': 'shop.test',
      'client.address': '127.0.0.1',
      'k8s.namespace.name': 'default',
      'sluice.service.name': 'web',
      'sluice.endpoint.address': `127.0.0.1:${upstream.port}`,
    });
    expect(JSON.stringify(receiver.spans)).not.toContain('secret');
  });

  test('whose client does not, or that have no trace, have none, and pass as they are', async () => {
    await started();
    const unsampled = `00-${TRACE}-${PARENT}-00`;
    expect(await send('/b', { traceparent: unsampled })).toMatchObject({ traceparent: unsampled });
    expect(await send('/c')).not.toHaveProperty('traceparent');
    expect(await send('/d', { traceparent: 'nonsense' })).toMatchObject({ traceparent: 'nonsense' });
    await send('/last', { traceparent: `00-${TRACE}-${PARENT}-01` });
    await until('the last span', () => spanOf('/last'));
    expect(['/b', '/c', '/d'].map(spanOf)).toEqual([undefined, undefined, undefined]);
  });

  test('begin a trace where the sampler of the environment says so', async () => {
    await started({ OTEL_TRACES_SAMPLER: 'parentbased_always_on' });
    const { traceparent } = await send('/e');
    const span = await until('the span', () => spanOf('/e'));
    expect(traceparent).toBe(`00-${span.traceId}-${span.spanId}-01`);
    expect(span.parentSpanId ?? '').toBe('');
  });

  test('are traced as the ConfigMap says, from the next one on', async () => {
    await started();
    settings({ 'enable-opentelemetry': 'true', 'opentelemetry-trust-incoming-span': 'false', 'opentelemetry-operation-name': 'shop' });
    await untilTrue('a trace of our own', async () => {
      const { traceparent = '' } = await send('/f', { traceparent: `00-${TRACE}-${PARENT}-01` });
      return !String(traceparent).includes(TRACE);
    });
    const span = await until('the span', () => receiver.spans.find(({ name }) => name === 'shop'));
    expect(span.traceId).not.toBe(TRACE);
    settings({ 'enable-opentelemetry': 'true', 'otel-sampler': 'AlwaysOff' });
    await untilTrue('no more traces', async () => !('traceparent' in (await send('/g'))));
  });
});
