import { ModelBuilder, SnapshotStore, defaultModelOptions } from '@sluice/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EchoUpstream, echoOf } from './echo-upstream.ts';
import { endpointSlice, hostTo, ingressClass, served } from './manifest.ts';
import { get } from './raw-request.ts';
import { RunningSluice } from './running-sluice.ts';
import { TemporaryFolder } from './temporary-folder.ts';
import { untilTrue } from './until.ts';

const COUNT = 2000;
const CHANGED = 'app-1234';
const FILES = 20;

let before: EchoUpstream;
let after: EchoUpstream;

beforeAll(async () => {
  before = await EchoUpstream.start('before');
  after = await EchoUpstream.start('after');
});

afterAll(async () => {
  await before.close();
  await after.close();
});

/** An Ingress, a Service and a slice for each application. */
function application(index: number): readonly object[] {
  return [...served(`app-${index}`, before.port), hostTo(`app-${index}.test`, `app-${index}`)];
}

const cluster = (): readonly object[] => [ingressClass(), ...Array.from({ length: COUNT }, (_, index) => application(index)).flat()];

test('one changed EndpointSlice rebuilds one upstream and no host', () => {
  const store = new SnapshotStore();
  const builder = new ModelBuilder(defaultModelOptions);
  store.change(cluster().map((object) => ({ kind: 'put', object })));
  const first = builder.build(store.snapshot()).model;
  const [hosts, upstreams] = [builder.builtHosts, builder.builtUpstreams];
  expect([hosts, upstreams]).toEqual([COUNT + 1, COUNT]);
  store.change([{ kind: 'put', object: endpointSlice(CHANGED, { port: after.port }) }]);
  const second = builder.build(store.snapshot()).model;
  expect([builder.builtHosts - hosts, builder.builtUpstreams - upstreams]).toEqual([0, 1]);
  const known = new Set<object>([...first.virtualHosts, ...first.upstreams]);
  const fresh = [...second.virtualHosts, ...second.upstreams].filter((node) => !known.has(node));
  expect(fresh).toMatchObject([{ id: `default/${CHANGED}:80`, endpoints: [{ address: '127.0.0.1', port: after.port }] }]);
});

test('the endpoint that one of many EndpointSlices gained answers, the others stay', async () => {
  const folder = new TemporaryFolder();
  const size = COUNT / FILES;
  for (let file = 0; file < FILES; file++) {
    const applications = Array.from({ length: size }, (_, index) => application(file * size + index)).flat();
    const others = applications.filter((object) => !JSON.stringify(object).includes(`"${CHANGED}-1"`));
    folder.writeObjects(`manifests/part-${file}.yaml`, others);
  }
  folder.writeObjects('manifests/changing.yaml', [endpointSlice(CHANGED, { port: before.port })]);
  const sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'));
  try {
    const answererOf = async (host: string): Promise<string> => echoOf((await get(sluice.http, host)).body).upstream;
    expect(await sluice.json('/api/status')).toMatchObject({
      objects: { Ingress: COUNT, EndpointSlice: COUNT },
      diagnostics: { error: 0 },
    });
    expect(await answererOf(`${CHANGED}.test`)).toBe('before');
    folder.writeObjects('manifests/changing.yaml', [endpointSlice(CHANGED, { port: after.port })]);
    await untilTrue('the new endpoint', async () => (await answererOf(`${CHANGED}.test`)) === 'after');
    for (const index of [0, 1233, 1235, COUNT - 1]) expect(await answererOf(`app-${index}.test`)).toBe('before');
  } finally {
    await sluice.kill();
    folder.remove();
  }
});
