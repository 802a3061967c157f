import { expect, test } from 'vitest';
import { endpointKey } from '../endpoint.ts';
import { parseObject } from '../../watch/parse-object.ts';
import type { EndpointSlice } from '../../watch/kinds/endpoint-slice.ts';
import type { Service } from '../../watch/kinds/service.ts';
import { findPort, readyEndpoints } from './upstream-endpoints.ts';

function parsed(raw: Record<string, unknown>): unknown {
  const result = parseObject(raw);
  if (result.kind !== 'object') throw new Error(`not an object: ${result.kind}`);
  return result.object;
}
const service = (ports: readonly unknown[]) =>
  parsed({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports } }) as Service;
const slice = (name: string, ports: readonly unknown[], endpoints: readonly unknown[]) =>
  parsed({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name }, ports, endpoints }) as EndpointSlice;

test('a port is found by number, targetPort or name, the first in Service order', () => {
  const ports = [
    { name: 'http', port: 80, targetPort: 8080 },
    { name: 'admin', port: 8080, targetPort: 'web' },
  ];
  const found = (wanted: string) => findPort(service(ports), wanted)?.name;
  expect([found('80'), found('8080'), found('web'), found('admin'), found('81')]).toEqual(['http', 'http', 'admin', 'admin', undefined]);
});

test('ready endpoints of all slices, once each, not-ready ones left out, IPv6 kept', () => {
  const [port] = service([{ name: 'http', port: 80, targetPort: 8080 }]).spec.ports;
  if (port === undefined) throw new Error('no port');
  const slices = [
    slice(
      'a',
      [
        { name: 'http', port: 8080 },
        { name: 'other', port: 1 },
      ],
      [{ addresses: ['10.0.0.2'] }, { addresses: ['10.0.0.3'], conditions: { ready: false } }],
    ),
    slice('b', [{ name: 'http', port: 8081 }], [{ addresses: ['10.0.0.1'], conditions: { ready: true } }, { addresses: ['fd00::1'] }]),
    slice('c', [{ name: 'http', port: 8080 }], [{ addresses: ['10.0.0.2'] }]),
    slice('d', [{ name: 'unnamed', port: 8080 }], [{ addresses: ['10.0.0.9'] }]),
    slice('e', [{ name: 'http', port: 8080, protocol: 'UDP' }], [{ addresses: ['10.0.0.8'] }]),
  ];
  expect(readyEndpoints(slices, port).endpoints.map(endpointKey)).toEqual([
    '10.0.0.1:8081',
    '10.0.0.2:8080',
    '10.0.0.9:8080',
    '[fd00::1]:8081',
  ]);
});

test.each([
  [
    'an unnamed Service port takes every TCP port',
    { port: 80, targetPort: 8080 },
    [
      { name: 'http', port: 19803 },
      { name: 'x', port: 2, protocol: 'UDP' },
    ],
    [19803],
  ],
  ['a slice without ports: the targetPort', { port: 80, targetPort: 19804 }, null, [19804]],
  ['a port of another name: the targetPort', { name: 'web', port: 80, targetPort: 19802 }, [{ name: 'other', port: 19803 }], [19802]],
  [
    'a port of another name and a named targetPort: none',
    { name: 'web', port: 80, targetPort: 'web' },
    [{ name: 'other', port: 19803 }],
    [],
  ],
  ['no targetPort means the port', { name: 'web', port: 80 }, [{ name: 'other', port: 19803 }], [80]],
])('%s', (_, servicePort, ports, expected) => {
  const [port] = service([servicePort]).spec.ports;
  if (port === undefined) throw new Error('no port');
  const read = readyEndpoints([slice('a', ports as never, [{ addresses: ['10.0.0.1'] }])], port);
  expect(read.endpoints.map((endpoint) => endpoint.port)).toEqual(expected);
});

test.each([
  ['', 80],
  ['localhost', 80],
  ['1.2.3.4.5', 80],
  ['[::1]', 80],
  ['10.0.0.1:99', 80],
  ['10.0.0.1', 70000],
  ['10.0.0.1', -1],
  ['10.0.0.1', 0],
])('the address %j with port %j is left out and reported', (address, number) => {
  const [port] = service([{ name: 'http', port: 80 }]).spec.ports;
  if (port === undefined) throw new Error('no port');
  const { endpoints, diagnostics } = readyEndpoints(
    [slice('a', [{ name: 'http', port: number }], [{ addresses: [address, ...(number === 80 ? ['10.0.0.2'] : [])] }])],
    port,
  );
  expect(endpoints.map(endpointKey)).toEqual(number === 80 ? ['10.0.0.2:80'] : []);
  expect(diagnostics).toMatchObject([{ code: 'SLU1306', object: { name: 'a' }, field: 'endpoints[0]' }]);
});
