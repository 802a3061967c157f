import { describe, expect, test } from 'vitest';
import { SnapshotStore } from '../../watch/snapshot-store.ts';
import { ModelBuilder } from '../build/build-model.ts';
import { defaultModelOptions } from '../build/model-options.ts';
import { policyOf } from '../policy/policy.ts';
import { globalSettings, settingNames } from './global-settings.ts';

const ID = 'ingress/settings';

/** A cluster with a ConfigMap of settings. */
class Cluster {
  readonly store = new SnapshotStore();
  readonly #builder = new ModelBuilder({ ...defaultModelOptions, configMap: ID });

  set(data: Readonly<Record<string, string>>): this {
    const [namespace, name] = ID.split('/');
    this.store.change([{ kind: 'put', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data } }]);
    return this;
  }

  ingress(name: string, annotations: Readonly<Record<string, string>> = {}, path = '/'): this {
    const prefixed = Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]);
    const paths = [{ path, pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }];
    this.store.change([
      {
        kind: 'put',
        object: {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'Ingress',
          metadata: { namespace: 'shop', name, annotations: Object.fromEntries(prefixed) },
          spec: { ingressClassName: 'nginx', rules: [{ host: `${name}.test`, http: { paths } }] },
        },
      },
    ]);
    return this;
  }

  build() {
    const { model, diagnostics } = this.#builder.build(this.store.snapshot());
    const route = (host: string) => model.virtualHosts.find(({ name }) => name === `${host}.test`)?.routes[0];
    return { model, diagnostics, route };
  }

  settings() {
    return globalSettings(ID, this.store.snapshot());
  }
}

const codes = (cluster: Cluster): readonly (readonly [string, string])[] =>
  cluster.settings().diagnostics.map(({ code, field }) => [code, field]);

describe('a setting that is an annotation', () => {
  test('holds for Ingresses without the annotation, and says where it is from', () => {
    const { route } = new Cluster().set({ 'proxy-body-size': '8m' }).ingress('plain').ingress('own', { 'proxy-body-size': '2m' }).build();
    const [plain, own] = ['plain', 'own'].map((name) => policyOf(route(name) ?? { policies: [] }, 'body-limit'));
    expect([plain?.bytes, own?.bytes]).toEqual([8 * 2 ** 20, 2 * 2 ** 20]);
    expect(plain?.from).toEqual({ object: { kind: 'ConfigMap', namespace: 'ingress', name: 'settings' }, field: 'data[proxy-body-size]' });
  });

  test('takes effect and leaves again with the ConfigMap', () => {
    const cluster = new Cluster().set({}).ingress('plain');
    const timeouts = () => policyOf(cluster.build().route('plain') ?? { policies: [] }, 'upstream-timeouts')?.readMs;
    expect(timeouts()).toBeUndefined();
    cluster.set({ 'proxy-read-timeout': '7' });
    expect(timeouts()).toBe(7000);
    cluster.set({});
    expect(timeouts()).toBeUndefined();
  });

  test('may be called by an older name', () => {
    const { route } = new Cluster()
      .set({ 'whitelist-source-range': '10.0.0.0/8' })
      .ingress('plain')
      .ingress('own', { 'whitelist-source-range': '192.0.2.0/24' })
      .build();
    const [plain, own] = ['plain', 'own'].map((name) => policyOf(route(name) ?? { policies: [] }, 'source-range')?.allow);
    expect([plain, own]).toEqual([['10.0.0.0/8'], ['192.0.2.0/24']]);
  });

  test('holds where the own value of an Ingress counts as absent, as in ingress-nginx', () => {
    const { route } = new Cluster().set({ 'proxy-read-timeout': '7' }).ingress('own', { 'proxy-read-timeout': 'soon' }).build();
    expect(policyOf(route('own') ?? { policies: [] }, 'upstream-timeouts')?.readMs).toBe(7000);
  });

  test('is told when its value is not valid, and counts as absent', () => {
    const cluster = new Cluster().set({ 'proxy-body-size': 'big' }).ingress('plain');
    expect(codes(cluster)).toEqual([['SLU1603', 'data[proxy-body-size]']]);
    expect(policyOf(cluster.build().route('plain') ?? { policies: [] }, 'body-limit')?.bytes).toBe(2 ** 20);
  });
});

test('the level of risk goes before the option', () => {
  const cluster = new Cluster().set({ 'annotations-risk-level': 'Medium' }).ingress('risky', { 'configuration-snippet': 'return 404;' });
  const { diagnostics, route } = cluster.build();
  expect(route('risky')).toBeUndefined();
  expect(diagnostics.map(({ code }) => code)).toContain('SLU1520');
  expect(codes(new Cluster().set({ 'annotations-risk-level': 'Huge' }))).toEqual([['SLU1603', 'data[annotations-risk-level]']]);
});

test('zones of limit_req come from its http-snippet, and the rest of that is told', () => {
  const cluster = new Cluster()
    .set({ 'http-snippet': 'limit_req_zone $binary_remote_addr zone=slow:1m rate=2r/s;' })
    .ingress('limited', { 'configuration-snippet': 'limit_req zone=slow burst=3;' });
  expect(policyOf(cluster.build().route('limited') ?? { policies: [] }, 'limit')?.perSecond).toEqual({ requests: 2, burst: 3 });
  expect(codes(cluster)).toEqual([['SLU1601', 'data[http-snippet]']]);
});

describe('an authentication service for all', () => {
  const service = { 'global-auth-url': 'http://auth.test/check', 'global-auth-method': 'POST' };
  const asked = (cluster: Cluster, host: string) => policyOf(cluster.build().route(host) ?? { policies: [] }, 'external-auth');

  test('is asked for Ingresses without one of their own', () => {
    const cluster = new Cluster().set(service).ingress('plain').ingress('own', { 'auth-url': 'http://own.test/' });
    expect(asked(cluster, 'plain')).toMatchObject({ urlText: 'http://auth.test/check', method: 'POST' });
    expect(asked(cluster, 'plain')?.from.field).toBe('data[global-auth-url]');
    expect(asked(cluster, 'own')).toMatchObject({ urlText: 'http://own.test/' });
    expect(asked(cluster, 'own')?.method).toBeUndefined();
  });

  test('is not asked where an Ingress says so', () => {
    const cluster = new Cluster()
      .set(service)
      .ingress('exempt', { 'enable-global-auth': 'false' })
      .ingress('not', { 'enable-global-auth': 'true' });
    expect([asked(cluster, 'exempt'), asked(cluster, 'not')?.urlText]).toEqual([undefined, 'http://auth.test/check']);
  });

  test('is an error when its URL is not valid, since nobody is asked', () => {
    const cluster = new Cluster().set({ 'global-auth-url': 'nowhere' }).ingress('plain');
    expect(codes(cluster)).toEqual([['SLU1604', 'data[global-auth-url]']]);
  });

  test('is not asked for challenges of ACME, nor for what no-auth-locations lists', () => {
    const challenge = '/.well-known/acme-challenge/x';
    const plain = new Cluster().set(service).ingress('challenge', {}, challenge).ingress('open', {}, '/open/x');
    expect([asked(plain, 'challenge'), asked(plain, 'open')?.urlText]).toEqual([undefined, 'http://auth.test/check']);
    const other = new Cluster()
      .set({ ...service, 'no-auth-locations': '/open, /free' })
      .ingress('challenge', {}, challenge)
      .ingress('open', {}, '/open/x');
    expect([asked(other, 'challenge')?.urlText, asked(other, 'open')]).toEqual(['http://auth.test/check', undefined]);
  });
});

test('what no-tls-redirect-locations lists is not redirected', () => {
  const redirected = (cluster: Cluster) => policyOf(cluster.build().route('plain') ?? { policies: [] }, 'https-redirect') !== undefined;
  const annotations = { 'force-ssl-redirect': 'true' };
  expect(redirected(new Cluster().set({}).ingress('plain', annotations, '/open/x'))).toBe(true);
  expect(redirected(new Cluster().set({ 'no-tls-redirect-locations': '/open' }).ingress('plain', annotations, '/open/x'))).toBe(false);
});

describe('nothing is silent', () => {
  test.each([
    ['enable-syslog', 'true', 'SLU1601'],
    ['enable-modsecurity', 'true', 'SLU1604'],
    ['block-cidrs', '10.0.0.0/8;', 'SLU1604'],
    ['proxy-boddy-size', '1m', 'SLU1602'],
  ])('%s: %s is %s', (key, value, code) => {
    expect(codes(new Cluster().set({ [key]: value }))).toEqual([[code, `data[${key}]`]]);
  });

  test.each([
    ['enable-syslog', 'false'],
    ['block-cidrs', ''],
    ['allow-snippet-annotations', 'true'],
    ['enable-modsecurity', 'false'],
  ])('%s: %s asks for nothing', (key, value) => {
    expect(codes(new Cluster().set({ [key]: value }))).toEqual([]);
  });

  test('a ConfigMap that is not there is told, and hurts nobody', () => {
    const { diagnostics, route } = new Cluster().ingress('plain').build();
    expect(diagnostics.map(({ code }) => code)).toContain('SLU1605');
    expect(route('plain')).toBeDefined();
  });
});

test('every setting that ingress-nginx has is known, once', () => {
  expect(settingNames).toHaveLength(210);
  expect(new Set(settingNames).size).toBe(210);
});
