import fc from 'fast-check';
import type { KeyPair } from './certificates.ts';
import { endpointSlice, ingress, ingressClass, service, served, tlsSecret } from './manifest.ts';
import type { IngressSpec, PathSpec, RuleSpec } from './manifest.ts';

/** The namespaces of every rule set; each has Services of the same names. */
export const namespaces = ['one', 'two'] as const;

/** The Services that answer. */
export const answeringServices = ['a', 'b', 'c'] as const;

/** Names that the certificate of the Secret `good` covers. */
export const certifiedNames = ['shop.test', '*.shop.test', 'api.shop.test', '*.api.shop.test', '*.test', 'blog.test'] as const;

/** Hosts of rules and of tls entries. */
export const ruleHosts = [
  'shop.test',
  'api.shop.test',
  'deep.api.shop.test',
  'blog.test',
  'outside.example',
  '*.shop.test',
  '*.api.shop.test',
  '*.test',
  'localhost',
  'Not.Lower',
  'with blank.test',
];
const paths = [
  '/',
  '',
  '/foo',
  '/foo/',
  '/foo/bar',
  '/foo/bar/',
  '/dir/',
  '/dir/',
  '/Foo',
  '/föö',
  '/a b',
  '/a%20b',
  '/foo.bar',
  '/f',
  '/.well-known/acme-challenge/x',
  '//twice',
  '/up/../foo',
  '/foo(/|$)(.*)',
  '/[a-f]o+',
  '/(foo',
  'no-slash',
];

const pathSpecOf = (services: readonly string[]): fc.Arbitrary<PathSpec> =>
  fc.record({
    path: fc.constantFrom(...paths),
    pathType: fc.constantFrom('Exact', 'Prefix', 'Prefix', 'ImplementationSpecific', 'Regex'),
    service: fc.constantFrom(...services, ...services, 'unready', 'bare', 'missing'),
    port: fc.constantFrom({ number: 80 }, { number: 80 }, { name: 'http' }, { number: 8080 }, { name: 'other' }),
  });

const ruleSpecOf = (path: fc.Arbitrary<PathSpec>): fc.Arbitrary<RuleSpec> =>
  fc
    .record({ host: fc.option(fc.constantFrom(...ruleHosts), { nil: undefined, freq: 8 }), paths: fc.array(path, { maxLength: 5 }) })
    .map(({ host, paths: list }) => ({ ...(host !== undefined && { host }), paths: list }));

/** A rule with more paths than are looked at one after the other. */
const crowdedRuleOf = (path: fc.Arbitrary<PathSpec>): fc.Arbitrary<RuleSpec> =>
  fc
    .uniqueArray(path, { selector: ({ path: text, pathType }) => `${pathType} ${text}`, minLength: 14, maxLength: 30 })
    .map((list) => ({ host: 'crowded.test', paths: list }));

const tlsEntry = fc
  .record({
    hosts: fc.uniqueArray(fc.constantFrom(...ruleHosts), { maxLength: 3 }),
    secretName: fc.constantFrom('good', 'good', 'absent', ''),
  })
  .map(({ hosts: names, secretName }) => ({ hosts: names, ...(secretName !== '' && { secretName }) }));

/** Annotations that decide what happens to a request, some of them with values that are not valid. */
const annotationPairs: readonly (readonly [name: string, ...values: readonly string[]])[] = [
  ['use-regex', 'true', 'true', 'yes'],
  ['rewrite-target', '/new', '/$2', '/', '/foo', '/a b'],
  ['x-forwarded-prefix', '/outside'],
  ['ssl-redirect', 'false'],
  ['force-ssl-redirect', 'true'],
  ['preserve-trailing-slash', 'true'],
  ['permanent-redirect', 'https://elsewhere.test/there?x=1', 'not%a;url'],
  ['permanent-redirect-code', '308', '404'],
  ['temporal-redirect', 'https://elsewhere.test/now', '/no-scheme'],
  ['app-root', '/home', 'home'],
  ['server-alias', 'alias.test,*.alias.test', '~^x[0-9]+\\.test$', 'shop.test'],
  ['from-to-www-redirect', 'true'],
  ['whitelist-source-range', '10.0.0.0/8', '127.0.0.0/8', 'everybody'],
  ['denylist-source-range', '127.0.0.1', '10.0.0.1'],
  ['enable-cors', 'true'],
  ['auth-type', 'basic'],
  ['default-backend', 'c'],
  ['canary', 'true'],
  ['canary-weight', '100', '0'],
];

const annotationPair = fc
  .constantFrom(...annotationPairs)
  .chain(([name, ...values]) => fc.constantFrom(...values).map((value) => [`nginx.ingress.kubernetes.io/${name}`, value] as const));

const annotations = fc
  .oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: fc.array(annotationPair, { minLength: 1, maxLength: 3 }) })
  .map((pairs): Record<string, string> => Object.fromEntries(pairs));

export type UnnamedIngress = Omit<IngressSpec, 'name'>;

/** What the Ingresses of a rule set are made of. */
export interface RuleSetParts {
  /** Services of both namespaces that answer. */
  readonly services: readonly string[];
  readonly annotations: fc.Arbitrary<Readonly<Record<string, string>>>;
}

function ingressSpecOf({ services, annotations: written }: RuleSetParts): fc.Arbitrary<UnnamedIngress> {
  return fc
    .record({
      namespace: fc.constantFrom(...namespaces),
      rules: fc.array(ruleSpecOf(pathSpecOf(services)), { maxLength: 4 }),
      defaultService: fc.option(fc.constantFrom(...services, 'missing'), { nil: '', freq: 3 }),
      tls: fc.array(tlsEntry, { maxLength: 2 }),
      annotations: written,
      day: fc.option(fc.integer({ min: 1, max: 3 }), { nil: 0 }),
    })
    .map(({ defaultService, day, ...rest }) => ({
      ...rest,
      ...(defaultService !== '' && { defaultService }),
      ...(day !== 0 && { creationTimestamp: `2026-01-0${day}T00:00:00Z` }),
    }));
}

/** Ingresses with everything that may be in them, in two namespaces, quarrelling about hosts and paths. */
export function ingressSpecsOf(parts: RuleSetParts): fc.Arbitrary<readonly UnnamedIngress[]> {
  return fc
    .tuple(fc.array(ingressSpecOf(parts), { minLength: 4, maxLength: 14 }), crowdedRuleOf(pathSpecOf(parts.services)))
    .map(([specs, crowded]) => [...specs, { namespace: 'one', rules: [crowded] }]);
}

/** Rule sets whose requests are decided without looking at anything but host, target and address. */
export const ingressSpecs = ingressSpecsOf({ services: answeringServices, annotations });

/** The objects of a rule set, with a host of its own to tell by when it is served. `ports` are those of `namespace/service`. */
export function objectsOf(specs: readonly UnnamedIngress[], pair: KeyPair, ports: ReadonlyMap<string, number>, marker: string): object[] {
  const common = namespaces.flatMap((namespace) => [
    tlsSecret('good', pair, namespace),
    service('bare', namespace),
    service('unready', namespace),
    endpointSlice('unready', { port: 1, ready: false }, namespace),
    ...answeringServices.flatMap((name) => served(name, ports.get(`${namespace}/${name}`) ?? 0, namespace)),
  ]);
  const rules = [{ host: marker, paths: [{ service: 'a' }] }];
  return [
    ingressClass(),
    ...common,
    ...specs.map((spec, index) => ingress({ name: `number-${index}`, ...spec })),
    ingress({ name: 'marker', namespace: 'one', rules }),
  ];
}
