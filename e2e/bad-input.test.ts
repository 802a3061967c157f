import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { certificateFor } from './certificates.ts';
import { EchoUpstream, echoOf } from './echo-upstream.ts';
import { hostTo, ingress, ingressClass, served, service, tlsSecret } from './manifest.ts';
import type { IngressSpec, RuleSpec } from './manifest.ts';
import { get } from './raw-request.ts';
import { RunningSluice } from './running-sluice.ts';
import { TemporaryFolder } from './temporary-folder.ts';
import { until, untilTrue } from './until.ts';

let upstream: EchoUpstream;
let folder: TemporaryFolder;
let sluice: RunningSluice;

const good = (): readonly object[] => [ingressClass(), ...served('web', upstream.port), hostTo('good.test', 'web')];

beforeAll(async () => {
  upstream = await EchoUpstream.start('web');
  folder = new TemporaryFolder();
  folder.writeObjects('manifests/good.yaml', good());
  sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'));
});

afterAll(async () => {
  await sluice?.kill();
  await upstream.close();
  folder.remove();
});

afterEach(async () => {
  for (const file of readdirSync(folder.at('manifests'))) if (file !== 'good.yaml') folder.delete(`manifests/${file}`);
  folder.writeObjects('manifests/good.yaml', good());
  await untilTrue('all findings to go', async () => (await sluice.diagnostics()).length === 0);
  await untilTrue('the other hosts to go', async () => (await answererOf('later.test')) === '404');
});

/** Waits for a finding and checks that everybody else is served, also what comes later. */
async function expectFinding(finding: string): Promise<void> {
  await until(finding, async () => ((await sluice.findings()).includes(finding) ? true : undefined));
  expect(await answererOf('good.test')).toBe('web');
  folder.writeObjects('manifests/later.yaml', [hostTo('later.test', 'web')]);
  await untilTrue('a later Ingress to be served', async () => (await answererOf('later.test')) === 'web');
  expect(await sluice.findings()).toContain(finding);
  expect((await sluice.page('/healthz')).status).toBe(200);
}

async function answererOf(host: string, target = '/'): Promise<string> {
  const { status, body } = await get(sluice.http, host, target);
  return status === 200 ? echoOf(body).upstream : String(status);
}

const rule = (host: string, serviceName = 'web'): readonly RuleSpec[] => [{ host, paths: [{ service: serviceName }] }];
const large = 'x'.repeat(100 * 1024);

test('a file that no longer parses keeps its objects', async () => {
  folder.write('manifests/good.yaml', 'kind: Ingress\nmetadata: [unclosed\n');
  await expectFinding('SLU1001 File /good.yaml');
  const [found] = (await sluice.diagnostics()).filter(({ code }) => code === 'SLU1001');
  expect(found?.message).toMatch(/^good\.yaml, line 3, column \d+: /);
});

test('a document that is no object is told by its file and number', async () => {
  folder.write('manifests/mixed.yaml', `just text\n---\n${JSON.stringify(hostTo('mixed.test', 'web'))}\n---\n[1, 2]\n`);
  await expectFinding('SLU1001 File /mixed.yaml');
  const found = (await sluice.diagnostics()).filter(({ code }) => code === 'SLU1001').map(({ message }) => message);
  expect(found).toEqual([expect.stringContaining('document 1'), expect.stringContaining('document 3')]);
  expect(await answererOf('mixed.test')).toBe('web');
});

test('an object that is not what its kind requires keeps its last valid form', async () => {
  const bad = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'shop' }, spec: { rules: 'all of them' } };
  folder.writeObjects('manifests/shop.yaml', [ingress({ name: 'shop', rules: rule('shop.test') })]);
  await sluice.routes('shop.test');
  folder.writeObjects('manifests/shop.yaml', [bad]);
  await expectFinding('SLU1002 Ingress default/shop spec.rules');
  expect(await answererOf('shop.test')).toBe('web');
});

test.each([
  ['a Service that is missing', 'SLU1301', { service: 'nowhere' }],
  ['a Service without the port', 'SLU1302', { service: 'web', port: { number: 81 } }],
  ['a Service without the named port', 'SLU1302', { service: 'web', port: { name: 'grpc' } }],
  ['a Service without slices', 'SLU1304', { service: 'bare' }],
])('%s', async (_name, code, path) => {
  const paths = [
    { path: '/fine', service: 'web' },
    { path: '/bad', ...path },
  ];
  folder.writeObjects('manifests/shop.yaml', [service('bare'), ingress({ name: 'shop', rules: [{ host: 'shop.test', paths }] })]);
  await expectFinding(`${code} Ingress default/shop spec.rules[0].http.paths[1].backend.service`);
  expect(await answererOf('shop.test', '/bad/x')).toBe('503');
  expect(await answererOf('shop.test', '/fine')).toBe('web');
});

test.each<readonly [string, string, Omit<IngressSpec, 'name'>]>([
  ['a host with blanks', 'SLU1201 Ingress default/bad spec.rules[0].host', { rules: rule('not a host') }],
  [
    'a host with directives in it',
    'SLU1201 Ingress default/bad spec.rules[0].host',
    { rules: rule('a.test; } server { listen 1; server_name b') },
  ],
  [
    'an unknown pathType',
    'SLU1203 Ingress default/bad spec.rules[0].http.paths[0].pathType',
    { rules: [{ host: 'bad.test', paths: [{ pathType: 'Regex', service: 'web' }] }] },
  ],
  [
    'a path without its first slash',
    'SLU1202 Ingress default/bad spec.rules[0].http.paths[0].path',
    { rules: [{ host: 'bad.test', paths: [{ path: 'x', service: 'web' }] }] },
  ],
  ['no rules at all', 'SLU1104 Ingress default/bad spec', {}],
  [
    'a Secret that is missing',
    'SLU1401 Ingress default/bad spec.tls[0].secretName',
    { rules: rule('bad.test'), tls: [{ hosts: ['bad.test'], secretName: 'nowhere' }] },
  ],
  ['a TLS host without a rule', 'SLU1405 Ingress default/bad spec.tls[0]', { rules: rule('bad.test'), tls: [{ hosts: ['other.test'] }] }],
  [
    'an annotation of 100 KB',
    'SLU1508 Ingress default/bad metadata.annotations[nginx.ingress.kubernetes.io/configuration-snippet]',
    { rules: rule('bad.test'), annotations: { 'nginx.ingress.kubernetes.io/configuration-snippet': large } },
  ],
  [
    'annotations of more than 256 KiB',
    'SLU1502 Ingress default/bad metadata.annotations',
    { rules: rule('bad.test'), annotations: { 'example.test/a': large, 'example.test/b': large, 'example.test/c': large } },
  ],
])('an Ingress with %s', async (_name, finding, spec) => {
  folder.writeObjects('manifests/bad.yaml', [ingress({ name: 'bad', ...spec })]);
  await expectFinding(finding);
  for (const { message } of await sluice.diagnostics()) expect(message.length).toBeLessThan(500);
});

test.each([
  ['whose key belongs to another certificate', 'SLU1402', true],
  ['that does not cover the host', 'SLU1403', false],
])('a certificate %s', async (_name, code, otherKey) => {
  const [right, other] = [await certificateFor('tls.test'), await certificateFor('elsewhere.test')];
  const pair = otherKey ? { cert: right.cert, key: other.key } : other;
  folder.writeObjects('manifests/tls.yaml', [
    tlsSecret('cert', pair),
    ingress({ name: 'secured', rules: rule('tls.test'), tls: [{ hosts: ['tls.test'], secretName: 'cert' }] }),
  ]);
  await expectFinding(`${code} Ingress default/secured spec.tls[0].secretName`);
  expect(echoOf((await get(sluice.https('tls.test'), 'tls.test')).body).upstream).toBe('web');
  expect(JSON.stringify(await sluice.diagnostics())).not.toContain('PRIVATE KEY');
});

test('a host and path of two Ingresses belong to the older one', async () => {
  const claim = (name: string, year: number, serviceName: string): object =>
    ingress({ name, rules: rule('twice.test', serviceName), creationTimestamp: `${year}-01-01T00:00:00Z` });
  folder.writeObjects('manifests/twice.yaml', [claim('young', 2026, 'missing'), claim('old', 2020, 'web')]);
  await expectFinding('SLU1204 Ingress default/young spec.rules[0].http.paths[0]');
  expect(await answererOf('twice.test')).toBe('web');
});

test('an object of two files is taken from the first', async () => {
  folder.writeObjects('manifests/a.yaml', [ingress({ name: 'same', rules: rule('a.test') })]);
  folder.writeObjects('manifests/b.yaml', [ingress({ name: 'same', rules: rule('b.test') })]);
  await expectFinding('SLU1003 Ingress default/same');
  expect(await answererOf('a.test')).toBe('web');
  expect(await answererOf('b.test')).toBe('404');
});

test('kinds that are not used are told once each', async () => {
  const deployment = (name: string): object => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name } });
  folder.writeObjects('manifests/unused.yaml', [deployment('one'), deployment('two')]);
  await expectFinding('SLU1004 Deployment default/one');
  const found = (await sluice.diagnostics()).filter(({ code }) => code === 'SLU1004');
  expect(found.map(({ message }) => message)).toEqual(['2 objects of kind apps/v1 Deployment are left out, the first in unused.yaml']);
});

test('an Ingress of another class or of none is left alone', async () => {
  const classed = (name: string, ingressClassName?: string): object => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name },
    spec: {
      ...(ingressClassName !== undefined && { ingressClassName }),
      rules: [{ host: `${name}.test`, http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web' } } }] } }],
    },
  });
  folder.writeObjects('manifests/classes.yaml', [classed('theirs', 'traefik'), classed('nobodys')]);
  await expectFinding('SLU1101 Ingress default/theirs spec.ingressClassName');
  await expectFinding('SLU1102 Ingress default/nobodys spec.ingressClassName');
  expect(await answererOf('theirs.test')).toBe('404');
  expect(await answererOf('nobodys.test')).toBe('404');
});
