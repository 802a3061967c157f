import fc from 'fast-check';
import type { KeyPair } from '../certificates.ts';
import { endpointSlice, service } from '../manifest.ts';
import { answeringServices, ingressSpecsOf, namespaces, objectsOf } from '../rule-set.ts';
import type { UnnamedIngress } from '../rule-set.ts';
import { canaryAnnotations, wideAnnotations } from './annotations.ts';

/** A place where an upstream of the comparison listens, by its name such as `one/many-2`. */
export interface Place {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** What rule sets refer to besides Services: certificates, and where the authentication service listens. */
export interface Surroundings {
  readonly places: readonly Place[];
  readonly certificate: KeyPair;
  readonly authority: KeyPair;
  readonly auth: string;
}

/** Services that answer: `many` has three endpoints, `secure` speaks TLS. */
export const wideServices = [...answeringServices, 'many', 'secure'] as const;

/** `user:secret`, in the formats of passwords that htpasswd writes without a salt of chance. */
const PASSWORDS = { auth: 'user:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\nother:{PLAIN}other\n' };

/** Some of the Ingresses once more as canaries: same hosts and paths, another Service. */
const withCanaries = (specs: readonly UnnamedIngress[]): fc.Arbitrary<readonly UnnamedIngress[]> =>
  fc
    .array(fc.record({ of: fc.nat({ max: specs.length - 1 }), service: fc.constantFrom('c', 'many'), annotations: canaryAnnotations }), {
      maxLength: 3,
    })
    .map((drawn) => [
      ...specs,
      ...drawn.map(({ of, service: name, annotations }): UnnamedIngress => {
        const { namespace = 'one', rules = [] } = specs[of] ?? {};
        const moved = rules.map(({ paths, ...rule }) => ({ ...rule, paths: paths.map((path) => ({ ...path, service: name })) }));
        return { namespace, rules: moved, annotations };
      }),
    ]);

/** Rule sets with every annotation whose effect does not depend on chance or time. */
export const wideSpecs: fc.Arbitrary<readonly UnnamedIngress[]> = ingressSpecsOf({
  services: wideServices,
  annotations: wideAnnotations,
}).chain(withCanaries);

/** The ConfigMap with the settings of all sides. */
export const settingsName = 'one/settings';

const settings = configMap('settings', 'one', {
  'global-allowed-response-headers': 'X-Custom,X-Out,X-Odd',
  'use-forwarded-headers': 'true',
  'compute-full-forwarded-for': 'true',
  'proxy-add-original-uri-header': 'true',
  'retry-non-idempotent': 'true',
  'block-user-agents': '~*blocked',
});

/** All objects of a rule set. */
export function wideObjects(specs: readonly UnnamedIngress[], surroundings: Surroundings, marker: string): object[] {
  const { places, certificate, auth } = surroundings;
  const ports = new Map(places.map(({ name, port }) => [name, port]));
  const filled = specs.map((spec) => ({ ...spec, ...(spec.annotations && { annotations: filledIn(spec.annotations, auth) }) }));
  return [
    ...objectsOf(filled, certificate, ports, marker),
    ...namespaces.flatMap((namespace) => commonOf(namespace, surroundings)),
    settings,
  ];
}

function filledIn(annotations: Readonly<Record<string, string>>, auth: string): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key, value.replaceAll('${auth}', auth)]));
}

function commonOf(namespace: string, { places, authority }: Surroundings): readonly object[] {
  const named = places.filter(({ name }) => name.startsWith(`${namespace}/many-`) || name === `${namespace}/secure`);
  return [
    service('many', namespace),
    service('secure', namespace),
    ...named.map((place) => sliceOf(place, namespace)),
    secret('users', namespace, PASSWORDS),
    secret('users-map', namespace, { user: '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=' }),
    secret('authority', namespace, { 'ca.crt': authority.cert }),
    configMap('headers', namespace, { 'X-Custom': `of ${namespace}`, 'X-Out': 'custom', 'X-Odd': 'a "b" $host; c' }),
    configMap('auth-headers', namespace, { 'X-Auth-Extra': `$request_uri of ${namespace}` }),
  ];
}

/** A slice for each endpoint, since each has a port of its own. */
function sliceOf({ name, address, port }: Place, namespace: string): object {
  const short = name.slice(namespace.length + 1);
  const slice = endpointSlice(short.replace(/-\d$/, ''), { port }, namespace) as { readonly metadata: object };
  const endpoints = [{ addresses: [address], conditions: { ready: true } }];
  return { ...slice, metadata: { ...slice.metadata, name: `${short}-slice` }, endpoints };
}

function secret(name: string, namespace: string, stringData: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name, namespace }, stringData };
}

function configMap(name: string, namespace: string, data: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}
