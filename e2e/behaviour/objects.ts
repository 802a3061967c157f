import type { KeyPair } from '../certificates.ts';
import type { Backends, Place } from './backends.ts';
import type { CertificateSpec } from './case-schema.ts';
import type { CaseSet } from './case.ts';

/** All objects of the files are as old as this unless they say otherwise. */
const CREATED = '2026-01-01T00:00:00Z';

/** Values of `${name}` in a file, such as `${a}` for an address with its port, `${a.address}` and `${a.port}`. */
export type Placeholders = ReadonlyMap<string, string>;

export function placeholdersOf(backends: Backends): Placeholders {
  return new Map(
    [...backends.places].flatMap(([name, { address, port }]) => [
      [name, `${address}:${port}`] as const,
      [`${name}.address`, address] as const,
      [`${name}.port`, String(port)] as const,
    ]),
  );
}

/** Fills in the placeholders of every string. A string that is a port and nothing else becomes a number. */
export function filledIn<T>(value: T, placeholders: Placeholders): T {
  return fill(value, placeholders) as T;
}

function fill(value: unknown, placeholders: Placeholders): unknown {
  if (Array.isArray(value)) return value.map((one) => fill(one, placeholders));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [fillText(key, placeholders), fill(one, placeholders)]));
  if (typeof value !== 'string') return value;
  const filled = fillText(value, placeholders);
  return /^\$\{\w+\.port\}$/.test(value) && !/^\$\{https?\./.test(value) && filled !== value ? Number(filled) : filled;
}

function fillText(text: string, placeholders: Placeholders): string {
  return text.replaceAll(/\$\{([\w.]+)\}/g, (written, name: string) => placeholders.get(name) ?? written);
}

/** The objects of a file: its manifests, its Services and its Secrets, all in the namespace of its name unless they have their own. */
export function objectsOf(set: CaseSet, backends: Backends, certificates: ReadonlyMap<string, KeyPair>): readonly object[] {
  const named = { a: ['a'], b: ['b'], c: ['c'], ...set.services };
  const services = Object.entries(named).flatMap(([name, ends]) =>
    serviceOf(
      name,
      ends.map((end) => placeOf(end, backends)),
    ),
  );
  const secrets = Object.entries(set.certificates).flatMap(([name, spec]) =>
    secretOf(spec, certificates.get(name), certificates.get(spec.trusts ?? '')),
  );
  return [...services, ...secrets, ...set.manifests].map((object) => placed(object, set.name));
}

function placeOf(name: string, backends: Backends): Place {
  const place = backends.places.get(name);
  if (place === undefined) throw new Error(`there is no backend ${name}`);
  return place;
}

/** An object with its namespace and its age, as an API server would have it. */
export function placed(object: object, namespace: string): object {
  const { metadata, ...rest } = object as { metadata?: object };
  return { ...rest, metadata: { namespace, creationTimestamp: CREATED, ...metadata } };
}

/** The objects with the changed ones in place of their former versions. */
export function merged(objects: readonly object[], changes: readonly object[]): readonly object[] {
  const changed = new Set(changes.map(identityOf));
  return [...objects.filter((object) => !changed.has(identityOf(object))), ...changes];
}

function identityOf(object: object): string {
  const { kind, metadata } = object as { kind?: string; metadata?: { namespace?: string; name?: string } };
  return `${kind} ${metadata?.namespace}/${metadata?.name}`;
}

/** A Service with port 80 named http, and a slice for each endpoint since each has a port of its own. */
function serviceOf(name: string, places: readonly Place[]): readonly object[] {
  const slices = places.map(({ address, port }, index) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-${index}`, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port, protocol: 'TCP' }],
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
  }));
  const spec = { clusterIP: '10.96.0.1', ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }] };
  return [{ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec }, ...slices];
}

function secretOf(spec: CertificateSpec, pair: KeyPair | undefined, trusted: KeyPair | undefined): readonly object[] {
  if (spec.secret === undefined || pair === undefined) return [];
  const own = spec.authority ? { 'ca.crt': pair.cert } : { 'tls.crt': pair.cert, 'tls.key': pair.key };
  const stringData = { ...own, ...(trusted !== undefined && { 'ca.crt': trusted.cert }) };
  const type = spec.authority ? 'Opaque' : 'kubernetes.io/tls';
  return [{ apiVersion: 'v1', kind: 'Secret', type, metadata: { name: spec.secret }, stringData }];
}

/** The class that the Ingresses of all files name. */
export const nginxClass = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: 'nginx' },
  spec: { controller: 'k8s.io/ingress-nginx' },
};
