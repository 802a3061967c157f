import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clusterOptions } from '../kubernetes/cluster-options.ts';
import type { ClusterOptions } from '../kubernetes/cluster-options.ts';
import { TestApiServer, refuse } from '../testing/api-server.ts';
import { OwnPod } from './own-pod.ts';
import { PublishedAddresses } from './published-addresses.ts';

const live = new AbortController().signal;
const environment = { POD_NAMESPACE: 'ingress', POD_NAME: 'me' };
const pod = (name: string, more: object = {}) => ({
  metadata: { name, labels: { app: 'sluice', 'pod-template-hash': 'x' } },
  status: { phase: 'Running' },
  ...more,
});

let api: TestApiServer;
let nowMs: number;
/** What the API has, by path. */
let there: Record<string, object>;

beforeEach(async () => {
  nowMs = 0;
  there = {};
  api = await TestApiServer.start(({ path }, response) => {
    const found = there[path];
    if (found === undefined) refuse(response, 404, 'NotFound');
    else response.end(JSON.stringify(found));
  });
});
afterEach(() => api[Symbol.asyncDispose]());

const ownPod = (): OwnPod => new OwnPod(api.client, environment);

function published(options: Partial<ClusterOptions['status']>): PublishedAddresses {
  return new PublishedAddresses(api.client, { ...clusterOptions.parse({}).status, ...options }, ownPod(), () => nowMs);
}

describe('the addresses', () => {
  test('of the options need no API', async () => {
    expect(await published({ addresses: ['203.0.113.1', 'lb.test'], publishService: 'a/b' }).find(live)).toEqual([
      { ip: '203.0.113.1' },
      { hostname: 'lb.test' },
    ]);
    expect(api.asked).toEqual([]);
  });

  test.each([
    [
      {
        spec: { type: 'LoadBalancer', externalIPs: ['198.51.100.9'] },
        status: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }, { hostname: 'lb.test' }] } },
      },
      ['203.0.113.1', 'lb.test', '198.51.100.9'],
    ],
    [{ spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1' } }, []],
    [{ spec: { type: 'NodePort', externalIPs: ['198.51.100.9'], clusterIP: '10.0.0.1' } }, ['198.51.100.9']],
    [{ spec: { type: 'ClusterIP', clusterIP: '10.0.0.1' } }, ['10.0.0.1']],
    [{ spec: { clusterIP: 'None' } }, []],
    [{ spec: { type: 'ExternalName', externalName: 'front.test' } }, ['front.test']],
  ])('of the Service %j', async (service, addresses) => {
    there['/api/v1/namespaces/ingress/services/sluice'] = service;
    const found = await published({ publishService: 'ingress/sluice' }).find(live);
    expect(found.map(({ ip, hostname }) => ip ?? hostname)).toEqual(addresses);
  });

  test('of the nodes on which replicas run, external ones first', async () => {
    there['/api/v1/namespaces/ingress/pods/me'] = pod('me', { spec: { nodeName: 'n1' } });
    there['/api/v1/namespaces/ingress/pods'] = {
      items: [pod('me', { spec: { nodeName: 'n1' } }), pod('ended', { spec: { nodeName: 'n2' }, status: { phase: 'Failed' } })],
    };
    const node = (name: string, last: number) => ({
      metadata: { name },
      status: {
        addresses: [
          { type: 'InternalIP', address: `10.0.0.${last}` },
          { type: 'ExternalIP', address: `203.0.113.${last}` },
        ],
      },
    });
    there['/api/v1/nodes'] = { items: [node('n1', 1), node('n2', 2)] };
    expect(await published({}).find(live)).toEqual([{ ip: '203.0.113.1' }]);
    expect(await published({ nodeAddresses: 'internal' }).find(live)).toEqual([{ ip: '10.0.0.1' }]);
    expect(api.asked.find(({ path }) => path.endsWith('/pods'))?.query.get('labelSelector')).toBe('app=sluice');
  });

  test('are looked up once a minute at most, and sooner while there is none', async () => {
    const path = '/api/v1/namespaces/ingress/services/sluice';
    there[path] = { spec: { type: 'LoadBalancer' } };
    const addresses = published({ publishService: 'ingress/sluice' });
    await addresses.find(live);
    there[path] = { spec: { type: 'LoadBalancer' }, status: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } } };
    expect(await addresses.find(live)).toEqual([]);
    nowMs = 5000;
    for (const _ of [1, 2, 3]) expect(await addresses.find(live)).toEqual([{ ip: '203.0.113.1' }]);
    expect(api.asked).toHaveLength(2);
    nowMs = 65_000;
    await addresses.find(live);
    expect(api.asked).toHaveLength(3);
  });
});

describe('other replicas', () => {
  test.each([
    ['run', [pod('other')], true],
    ['are about to end', [{ metadata: { name: 'other', deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { phase: 'Running' } }], false],
    ['are none', [], false],
  ])('%s', async (_what, others, expected) => {
    there['/api/v1/namespaces/ingress/pods/me'] = pod('me');
    there['/api/v1/namespaces/ingress/pods'] = { items: [pod('me'), ...others] };
    expect(await ownPod().hasOthers(live)).toBe(expected);
  });

  test('are none for a process that is in no pod', async () => {
    expect(await ownPod().hasOthers(live)).toBe(false);
    expect(await new OwnPod(api.client, {}).hasOthers(live)).toBe(false);
  });
});
