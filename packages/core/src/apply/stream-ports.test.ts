import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { defaultServing } from '../model/settings/read-serving.ts';
import { builtIn } from '../model/origin.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { StreamService } from '../model/stream-service.ts';
import { admitStreams, streamHosts } from './stream-ports.ts';

const upstream = { id: 'default/a:80', namespace: 'default', service: 'a', port: '80', endpoints: [], from: builtIn };

function streamOn(protocol: StreamService['protocol'], port: number): StreamService {
  return { protocol, port, upstream, acceptProxy: false, sendProxy: false, from: { ...builtIn, field: `data[${port}]` } };
}

function modelOf(...streams: readonly StreamService[]): RoutingModel {
  return { listeners: [], settings: defaultServing, virtualHosts: [], upstreams: [], certificates: [], streams };
}

const listen = { http: [{ host: '127.0.0.1', port: 1 }], https: [] };

test('a port that somebody else has is left out until it is free, for its protocol alone', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const model = modelOf(streamOn('tcp', port), streamOn('udp', port));
  const refused = await admitStreams(model, { listen, isOurs: () => false });
  expect(refused.model.streams.map(({ protocol }) => protocol)).toEqual(['udp']);
  expect(refused.diagnostics).toMatchObject([{ code: 'SLU1702', field: `data[${port}]`, message: expect.stringContaining('EADDRINUSE') }]);
  expect((await admitStreams(model, { listen, isOurs: () => true })).model).toBe(model);
  server.close();
  await once(server, 'close');
  expect((await admitStreams(model, { listen, isOurs: () => false })).model).toBe(model);
});

test('a port of datagrams that somebody else has', async () => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const { model, diagnostics } = await admitStreams(modelOf(streamOn('udp', port)), { listen, isOurs: () => false });
  expect(model.streams).toEqual([]);
  expect(diagnostics).toMatchObject([{ code: 'SLU1702' }]);
  socket.close();
});

test('a port for HTTP is nobody else’s, though the data plane listens there', async () => {
  const { model } = await admitStreams(modelOf(streamOn('tcp', 1)), { listen, isOurs: () => true });
  expect(model.streams).toEqual([]);
});

test('streams listen where HTTP does', () => {
  const at = (...hosts: readonly string[]) => hosts.map((host) => ({ host, port: 80 }));
  expect(streamHosts({ http: at('127.0.0.1', '::1', '127.0.0.1'), https: at('') })).toEqual(['127.0.0.1', '::1']);
  expect(streamHosts({ http: at('127.0.0.1', ''), https: [] })).toEqual(['']);
  expect(streamHosts({ http: [], https: at('127.0.0.2') })).toEqual(['127.0.0.2']);
  expect(streamHosts({ http: [], https: [] })).toEqual(['']);
});
