import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { untilTrue } from '../../until.ts';
import { ApiGate } from '../api-gate.ts';
import { ClusterApi } from '../cluster-api.ts';
import { clusterOf } from '../cluster.ts';
import { endpointSlice, namespace, service } from '../objects.ts';
import { leftToAnotherLane } from '../on-each-backend.ts';
import { uniqueName } from '../unique-name.ts';

const cluster = clusterOf(inject('cluster'));
const { api, apiServer } = cluster;
const mine = uniqueName('driver');
const ref = { kind: 'Service', namespace: mine, name: 'web' };

describe(`the cluster (${cluster.lane})`, () => {
  let gate: ApiGate;

  beforeAll(async () => {
    gate = await ApiGate.before(api.access);
    await api.apply(namespace(mine));
    await untilTrue(
      'the service account',
      async () => (await api.get({ kind: 'ServiceAccount', namespace: mine, name: 'default' })) !== undefined,
    );
  });

  afterAll(async () => {
    await api.delete({ kind: 'Namespace', name: mine }, { kind: 'ClusterRole', name: mine }, { kind: 'ClusterRoleBinding', name: mine });
    await gate.close();
  });

  /** What an account with these rights sees through the gate. */
  async function account(name: string): Promise<ClusterApi> {
    await api.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: mine } });
    return new ClusterApi(gate.access(await api.tokenOf(mine, name)));
  }

  test('objects are applied, changed, listed and deleted', async () => {
    await api.apply(service(mine, 'web'));
    await api.apply({ ...service(mine, 'web'), metadata: { namespace: mine, name: 'web', labels: { app: 'web' } } });
    expect((await api.patch(ref, { metadata: { annotations: { note: 'yes' } } })).metadata).toMatchObject({
      labels: { app: 'web' },
      annotations: { note: 'yes' },
    });
    expect((await api.list('Service', mine)).map(({ metadata }) => metadata.name)).toEqual(['web']);
    await api.delete(ref);
    expect(await api.get(ref)).toBeUndefined();
  });

  test('endpoints of this machine are accepted, loopback ones are not', async () => {
    await api.apply(endpointSlice(mine, 'web', [{ address: cluster.endpointAddress(1), port: 8080 }]));
    const loopback = endpointSlice(mine, 'loop', [{ address: '127.0.0.1', port: 8080 }]);
    await expect(api.apply(loopback)).rejects.toThrow(/loopback/);
  });

  test('an account has the rights that it is given, and no other', async () => {
    const poor = await account('poor');
    await expect(poor.list('Service')).rejects.toMatchObject({ status: 403 });
    const apiGroup = 'rbac.authorization.k8s.io';
    await api.apply(
      {
        apiVersion: `${apiGroup}/v1`,
        kind: 'ClusterRole',
        metadata: { name: mine },
        rules: [{ apiGroups: [''], resources: ['services'], verbs: ['list', 'watch'] }],
      },
      {
        apiVersion: `${apiGroup}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name: mine },
        roleRef: { apiGroup, kind: 'ClusterRole', name: mine },
        subjects: [{ kind: 'ServiceAccount', namespace: mine, name: 'poor' }],
      },
    );
    await untilTrue('the right', () =>
      poor.list('Service').then(
        () => true,
        () => false,
      ),
    );
    await expect(poor.list('Secret')).rejects.toThrow(/secrets is forbidden/);
    expect(gate.count('list', 'services')).toBeGreaterThan(1);
    expect(gate.count('list', 'secrets')).toBe(1);
  });

  test('watches are cut, others are refused, and silence is silent', async () => {
    const poor = await account('poor');
    const { ended } = await poor.watch('Service', mine);
    expect(gate.openWatches).toBe(1);
    gate.cutWatches();
    await expect(ended).rejects.toThrow();
    gate.refuse();
    await expect(poor.list('Service')).rejects.toThrow();
    gate.open();
    await poor.list('Service', mine);
    gate.silence();
    const before = gate.passed.length;
    const asked = poor.list('Service').then(
      () => 'answered',
      () => 'cut',
    );
    await untilTrue('the request', () => gate.passed.length > before);
    gate.open();
    expect(await asked).toBe('cut');
    await poor.list('Service');
  });

  test('namespaces go with what is in them', async () => {
    const other = uniqueName('gone');
    await api.apply(namespace(other), service(other, 'web'));
    await api.delete({ kind: 'Namespace', name: other });
    await untilTrue('the namespace to go', async () => (await api.get({ kind: 'Namespace', name: other })) === undefined, 60_000);
    expect(await api.get({ kind: 'Service', namespace: other, name: 'web' })).toBeUndefined();
  });

  const stops = async (): Promise<void> => {
    await api.apply(service(mine, 'kept'));
    const old = String((await api.get({ ...ref, name: 'kept' }))?.metadata['resourceVersion']);
    await api.patch({ ...ref, name: 'kept' }, { metadata: { labels: { later: 'yes' } } });
    await apiServer?.stop();
    await expect(api.list('Service')).rejects.toThrow();
    await apiServer?.compact();
    await apiServer?.start();
    expect((await api.get({ ...ref, name: 'kept' }))?.metadata).toMatchObject({ labels: { later: 'yes' } });
    const poor = await account('poor');
    const told = await poor.watch('Service', mine, old).then(({ ended }) => ended);
    expect(told).toContain('"code":410');
    expect(gate.gone).toBe(1);
  };

  const title = 'the API server stops, comes back with everything, and forgets old versions';
  if (apiServer !== undefined || !leftToAnotherLane) test.skipIf(apiServer === undefined)(title, stops);
});
