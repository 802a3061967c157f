import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { manifestsOf, renderText } from '../../deploy/chart.ts';
import type { Values } from '../../deploy/chart.ts';
import { helmProgram } from '../../deploy/helm-program.ts';
import { needing } from '../../proxy-programs.ts';
import type { KubeObject } from '../cluster-api.ts';
import { clusterOf } from '../cluster.ts';
import { namespace } from '../objects.ts';
import { uniqueName } from '../unique-name.ts';

const { api } = clusterOf(inject('cluster'));
const program = await helmProgram();
const { skip, title } = needing(program, 'the chart and a real API server');
const mine = uniqueName('chart');

/** Kinds of objects that are not of a namespace. */
const WIDE: ReadonlySet<string> = new Set(['ClusterRole', 'ClusterRoleBinding', 'IngressClass']);
/** Its definition comes with Prometheus. */
const FOREIGN = 'ServiceMonitor';

const everything: Values = {
  backend: 'nginx',
  controller: {
    networkPolicy: { enabled: true },
    replicaCount: 2,
    minAvailable: 1,
    autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 5 },
    metrics: { enabled: true, serviceMonitor: { enabled: true } },
    service: { internal: { enabled: true }, externalTrafficPolicy: 'Local' },
  },
  defaultBackend: { enabled: true, image: { repository: 'pages', tag: '1' } },
};

describe.skipIf(skip)(title, () => {
  beforeAll(async () => {
    await api.apply(namespace(mine));
  });
  afterAll(() => api.delete({ kind: 'Namespace', name: mine }));

  test.each<[string, Values]>([
    ['by default', {}],
    ['with nginx', { backend: 'nginx' }],
    ['with HAProxy', { backend: 'haproxy' }],
    ['as a DaemonSet', { controller: { kind: 'DaemonSet' } }],
    ['for one namespace', { controller: { scope: { enabled: true, namespace: mine } } }],
    ['with everything', everything],
  ])('%s every object is one that it takes', async (_what, values) => {
    const objects = manifestsOf(await renderText('binary' in program ? program.binary : '', values, mine)).filter(
      ({ kind }) => kind !== FOREIGN,
    );
    expect(objects.length).toBeGreaterThan(5);
    for (const object of objects) await api.check(placed(object as KubeObject));
  });
});

function placed(object: KubeObject): KubeObject {
  return WIDE.has(object.kind) ? object : { ...object, metadata: { namespace: mine, ...object.metadata } };
}
