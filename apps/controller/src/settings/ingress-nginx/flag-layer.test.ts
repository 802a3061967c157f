import { describe, expect, test } from 'vitest';
import { loadSettings } from '../load-settings.ts';
import { readIngressNginxFlags } from './flag-layer.ts';
import { ingressNginxFlags } from './flags.ts';

const texts = (flags: Readonly<Record<string, string>>) => new Map(Object.entries(flags));
const problem = (message: string) => expect.objectContaining({ code: 'SLU2001', message: expect.stringContaining(message) });

/** The value of a setting by its path. */
function at(tree: unknown, path: string): unknown {
  return path.split('.').reduce((below, key) => (below as Record<string, unknown> | undefined)?.[key], tree);
}

/** A flag, its value, and the settings that it makes. None of them is the standard of Sluice. */
const honoured: readonly [string, string, Readonly<Record<string, unknown>>][] = [
  ['ingress-class', 'own', { 'watch.ingressClass': 'own' }],
  ['ingress-class-by-name', 'true', { 'watch.ingressClassByName': true }],
  ['controller-class', 'example.com/own', { 'watch.controllerClass': 'example.com/own' }],
  ['watch-ingress-without-class', 'true', { 'watch.watchIngressWithoutClass': true }],
  ['watch-namespace', 'shop', { 'watch.kubernetes.namespaces': ['shop'], 'watch.kubernetes.namespaceSelector': '' }],
  ['watch-namespace-selector', 'team=shop', { 'watch.kubernetes.namespaceSelector': 'team=shop' }],
  ['disable-catch-all', 'true', { 'watch.disableCatchAll': true }],
  ['disable-svc-external-name', 'true', { 'watch.disableExternalName': true }],
  ['default-backend-service', 'a/b', { defaultBackendService: 'a/b' }],
  ['apiserver-host', 'http://127.0.0.1:8001', { 'watch.kubernetes.server': 'http://127.0.0.1:8001' }],
  ['kubeconfig', '/k', { 'watch.kubernetes.kubeconfig': '/k' }],
  ['publish-service', 'a/b', { 'watch.kubernetes.status.publishService': 'a/b', 'watch.kubernetes.status.addresses': [] }],
  ['publish-status-address', '192.0.2.1, lb.test', { 'watch.kubernetes.status.addresses': ['192.0.2.1', 'lb.test'] }],
  ['report-node-internal-ip-address', 'true', { 'watch.kubernetes.status.nodeAddresses': 'internal' }],
  ['update-status', 'false', { 'watch.kubernetes.status.enabled': false }],
  ['update-status-on-shutdown', 'false', { 'watch.kubernetes.status.clearOnShutdown': false }],
  ['election-id', 'lead', { 'watch.kubernetes.election.id': 'lead' }],
  [
    'election-ttl',
    '1m',
    {
      'watch.kubernetes.election.leaseMs': 60_000,
      'watch.kubernetes.election.renewMs': 30_000,
      'watch.kubernetes.election.retryMs': 15_000,
    },
  ],
  ['disable-leader-election', 'true', { 'watch.kubernetes.election.enabled': false, 'watch.kubernetes.status.enabled': false }],
  ['shutdown-grace-period', '7', { shutdownGraceMs: 7000 }],
  ['disable-sync-events', 'true', { 'watch.kubernetes.events.enabled': false }],
  ['http-port', '8080', { 'listen.http': [':8080'] }],
  ['https-port', '8443', { 'listen.https': [':8443'] }],
  ['healthz-port', '10255', { 'listen.admin': ':10255' }],
  ['healthz-host', '::1', { 'listen.admin': '[::1]:10254' }],
  ['default-ssl-certificate', 'a/b', { defaultCertificate: 'a/b' }],
  ['configmap', 'a/b', { configMap: 'a/b' }],
  ['enable-metrics', 'false', { 'metrics.requests.enabled': false }],
  ['metrics-per-host', 'false', { 'metrics.requests.perHost': false }],
  ['metrics-per-undefined-host', 'true', { 'metrics.requests.perUndefinedHost': true }],
  ['report-status-classes', 'true', { 'metrics.requests.statusClasses': true }],
  ['exclude-socket-metrics', 'bytes_sent, request_size', { 'metrics.requests.exclude': ['bytes_sent', 'request_size'] }],
  ['time-buckets', '0.1,1', { 'metrics.requests.timeBuckets': [0.1, 1] }],
  ['length-buckets', '1,2.5', { 'metrics.requests.lengthBuckets': [1, 2.5] }],
  ['size-buckets', '10', { 'metrics.requests.sizeBuckets': [10] }],
  ['tcp-services-configmap', 'a/b', { tcpServices: 'a/b' }],
  ['udp-services-configmap', 'a/b', { udpServices: 'a/b' }],
];

describe('flags that are honoured', () => {
  test.each(honoured)('--%s=%s', async (name, text, settings) => {
    const { tree, sources, ignoredFlags } = await loadSettings({ ingressNginx: texts({ [name]: text }) }, {});
    for (const [path, value] of Object.entries(settings)) {
      expect(at(tree, path)).toEqual(value);
      expect(sources.get(path)).toBe(`flag --${name}`);
    }
    expect(ignoredFlags).toEqual([]);
  });

  test('those are all, but for one that needs another, and one that is no setting', () => {
    const all = ingressNginxFlags.filter(({ outcome }) => outcome.kind === 'honoured').map(({ name }) => name);
    const seen = new Set(honoured.map(([name]) => name));
    expect(all.filter((name) => !seen.has(name))).toEqual(['certificate-authority', 'version']);
  });

  test('--certificate-authority counts together with --apiserver-host', async () => {
    const both = await loadSettings({ ingressNginx: texts({ 'certificate-authority': '/ca', 'apiserver-host': 'https://api' }) }, {});
    expect(at(both.tree, 'watch.kubernetes.caFile')).toBe('/ca');
    const alone = await loadSettings({ ingressNginx: texts({ 'certificate-authority': '/ca' }) }, {});
    expect(at(alone.tree, 'watch.kubernetes')).toBeUndefined();
  });

  test('the admin server has its host and its port from two flags', async () => {
    const { base } = await loadSettings({ ingressNginx: texts({ 'healthz-host': '192.0.2.1', 'healthz-port': '9' }) }, {});
    expect(base.listen.admin).toBe('192.0.2.1:9');
  });

  test.each(['0s', '-5s'])('a lease of %s lasts as long as the standard', (ttl) => {
    expect(at(readIngressNginxFlags(texts({ 'election-ttl': ttl })).layer.tree, 'watch.kubernetes.election.leaseMs')).toBe(30_000);
  });

  test('without an election no status is written, whatever else is said; with one it depends on the other flag', () => {
    const enabled = (flags: Readonly<Record<string, string>>) =>
      at(readIngressNginxFlags(texts(flags)).layer.tree, 'watch.kubernetes.status.enabled');
    expect(enabled({ 'disable-leader-election': 'true', 'update-status': 'true' })).toBe(false);
    expect(enabled({ 'disable-leader-election': 'false', 'update-status': 'false' })).toBe(false);
    expect(enabled({ 'disable-leader-election': 'false' })).toBeUndefined();
  });

  test('an empty value says that there is none', async () => {
    const names = [
      'kubeconfig',
      'publish-service',
      'watch-namespace',
      'watch-namespace-selector',
      'default-ssl-certificate',
      'election-id',
    ];
    const file = { watch: { kubernetes: { namespaces: ['a'], namespaceSelector: 'b=c' } }, defaultCertificate: 'a/b' };
    const { base } = await loadSettings({ ingressNginx: texts(Object.fromEntries(names.map((name) => [name, '']))) }, {}, file);
    expect(base.watch.kubernetes).toMatchObject({ namespaces: [], namespaceSelector: '', status: { publishService: '' } });
    expect(base).toMatchObject({ defaultCertificate: '' });
  });
});

describe('precedence', () => {
  test('a flag beats the environment and the file; a flag of Sluice beats both', async () => {
    const ingressNginx = texts({ 'http-port': '1', 'https-port': '1', 'watch-namespace': 'a', 'publish-service': 'a/b' });
    const file = { watch: { kubernetes: { namespaceSelector: 'x=y', status: { addresses: ['192.0.2.1'] } } }, listen: { http: ':2' } };
    const { base } = await loadSettings({ ingressNginx, https: [':4'] }, { SLUICE_HTTP: ':3' }, file);
    expect(base.listen).toMatchObject({ http: [':1'], https: [':4'] });
    expect(base.watch.kubernetes).toMatchObject({
      namespaces: ['a'],
      namespaceSelector: '',
      status: { publishService: 'a/b', addresses: [] },
    });
  });
});

describe('flags without effect', () => {
  test('are told with the reason', () => {
    const { ignored, layer } = readIngressNginxFlags(texts({ 'sync-rate-limit': '0.3', v: '2', 'maxmind-license-key': 'secret' }));
    expect(ignored.map(({ flag }) => flag)).toEqual(['--sync-rate-limit', '--maxmind-license-key', '--v']);
    expect(JSON.stringify(ignored)).not.toContain('secret');
    expect(layer.tree).toEqual({});
  });

  test.each([
    ['deep-inspect', 'true', 'false'],
    ['sync-period', '0s', '10m'],
    ['v', '0', '2'],
    ['profiling', 'false', 'true'],
  ])('--%s is quiet with %s, not with %s', (name, quiet, told) => {
    expect(readIngressNginxFlags(texts({ [name]: quiet })).ignored).toEqual([]);
    expect(readIngressNginxFlags(texts({ [name]: told })).ignored).toMatchObject([{ flag: `--${name}` }]);
  });
});

describe('flags that are not taken', () => {
  test.each(ingressNginxFlags.flatMap(({ name, type, outcome }) => (outcome.kind === 'refused' ? [[name, type, outcome] as const] : [])))(
    '--%s is refused, but for the value that Sluice does',
    (name, type, { instead, unless }) => {
      const other = type === 'bool' ? String(unless !== true) : 'other/value';
      expect(() => readIngressNginxFlags(texts({ [name]: other }))).toThrow(problem(`--${name}: ${instead}`));
      expect(readIngressNginxFlags(texts({ [name]: String(unless) }))).toMatchObject({ ignored: [], layer: { tree: {} } });
    },
  );

  test('all of them are told at once', () => {
    const flags = texts({ 'health-check-path': '/up', 'validating-webhook': ':8443' });
    expect(() => readIngressNginxFlags(flags)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/--health-check-path: .*; --validating/) }),
    );
  });

  test.each([
    ['watch-namespace', 'watch-namespace-selector'],
    ['publish-service', 'publish-status-address'],
  ])('--%s and --%s exclude each other, unless one is empty', (one, other) => {
    expect(() => readIngressNginxFlags(texts({ [one]: 'a', [other]: 'b' }))).toThrow(problem('exclude each other'));
    expect(() => readIngressNginxFlags(texts({ [one]: 'a', [other]: '' }))).not.toThrow();
  });

  test('a value of another type', () => {
    expect(() => readIngressNginxFlags(texts({ 'http-port': 'eighty' }))).toThrow(problem('--http-port: "eighty" is not of the type int'));
  });
});
