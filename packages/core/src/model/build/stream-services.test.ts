import { describe, expect, test } from 'vitest';
import { serviceObjects } from '../../testing/served-ingresses.ts';
import { SnapshotStore } from '../../watch/snapshot-store.ts';
import { digestOf } from '../digest.ts';
import { ModelBuilder } from './build-model.ts';
import { defaultModelOptions } from './model-options.ts';

const dns = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'dns' },
    spec: {
      ports: [
        { name: 'tcp', port: 53, targetPort: 5353 },
        { name: 'udp', port: 53, targetPort: 5300, protocol: 'UDP' },
      ],
    },
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'dns-1', labels: { 'kubernetes.io/service-name': 'dns' } },
    ports: [
      { name: 'tcp', port: 5353 },
      { name: 'udp', port: 5300, protocol: 'UDP' },
    ],
    endpoints: [{ addresses: ['127.0.0.1'] }],
  },
];

function served(tcp: Readonly<Record<string, string>> | undefined, udp: Readonly<Record<string, string>> = {}) {
  const store = new SnapshotStore();
  const builder = new ModelBuilder({ ...defaultModelOptions, tcpServices: 'default/tcp', udpServices: 'default/udp' });
  const put = (...objects: readonly object[]) => store.change(objects.map((object) => ({ kind: 'put', object })));
  const configMap = (name: string, data: object) => put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
  put(...serviceObjects('a'), ...serviceObjects('empty', false), ...dns);
  if (tcp !== undefined) configMap('tcp', tcp);
  configMap('udp', udp);
  const build = () => builder.build(store.snapshot());
  return {
    put,
    configMap,
    build,
    streams: () =>
      build().model.streams.map(
        ({ protocol, port, upstream, acceptProxy, sendProxy }) =>
          `${protocol} ${port} ${upstream.id} ${upstream.endpoints.map((endpoint) => endpoint.port).join()}${acceptProxy ? ' accept' : ''}${sendProxy ? ' send' : ''}`,
      ),
    findings: () => build().diagnostics.map(({ code, object, field }) => `${code} ${object.name} ${field}`),
  };
}

test('ports lead to the endpoints of their protocol, in order', () => {
  const { streams, findings } = served({ 9000: 'default/a:http', 5353: 'default/dns:53' }, { 53: 'default/dns:udp' });
  expect(streams()).toEqual(['tcp 5353 default/dns:53 5353', 'tcp 9000 default/a:http 8080', 'udp 53 default/dns:udp 5300']);
  expect(findings()).toEqual([]);
});

test('the words PROXY', () => {
  const { streams, findings } = served(
    { 1: 'default/a:80:PROXY', 2: 'default/a:80::proxy', 3: 'default/a:80:PROXY:PROXY', 4: 'default/a:80:v2' },
    { 5: 'default/dns:53:PROXY' },
  );
  expect(streams()).toEqual([
    'tcp 1 default/a:80 8080 accept',
    'tcp 2 default/a:80 8080 send',
    'tcp 3 default/a:80 8080 accept send',
    'tcp 4 default/a:80 8080',
    'udp 5 default/dns:53 5300',
  ]);
  expect(findings()).toEqual(['SLU1704 tcp data[4]', 'SLU1704 udp data[5]']);
});

describe('an entry that is wrong is left out alone', () => {
  test.each([
    ['SLU1701', '0', 'default/a:80'],
    ['SLU1701', '65536', 'default/a:80'],
    ['SLU1701', '09', 'default/a:80'],
    ['SLU1701', 'web', 'default/a:80'],
    ['SLU1701', '9', 'default/a'],
    ['SLU1701', '9', 'a:80'],
    ['SLU1701', '9', 'default/a:80:PROXY:PROXY:PROXY'],
    ['SLU1701', '9', 'default/a:80;}\nevents {'],
    ['SLU1701', '9', 'default/$a:80'],
    ['SLU1701', '9', 'x/default/a:80'],
    ['SLU1701', '9', ''],
    ['SLU1702', '80', 'default/a:80'],
    ['SLU1702', '10254', 'default/a:80'],
    ['SLU1703', '9', 'default/nobody:80'],
    ['SLU1703', '9', 'default/a:81'],
    ['SLU1703', '9', 'default/empty:80'],
    ['SLU1703', '9', 'default/dns:udp'],
  ])('%s: %s: %s', (code, key, value) => {
    const { streams, findings } = served({ [key]: value, 9000: 'default/a:80' });
    expect(streams()).toEqual(['tcp 9000 default/a:80 8080']);
    expect(findings()).toEqual([`${code} tcp data[${key}]`]);
  });
});

test('a ConfigMap that is not there is told', () => {
  expect(served(undefined).findings()).toEqual(['SLU1705 built-in ']);
});

test('what did not change keeps its identity, what did changes the digest', () => {
  const { build, configMap } = served({ 1: 'default/a:80', 2: 'default/dns:53' });
  const before = build().model;
  configMap('tcp', { 1: 'default/a:80', 2: 'default/dns:53:PROXY' });
  const after = build().model;
  expect(after.streams[0]).toBe(before.streams[0]);
  expect(after.streams[1]).not.toBe(before.streams[1]);
  expect(digestOf(after)).not.toBe(digestOf(before));
  expect(build().model.streams).toBe(after.streams);
});
