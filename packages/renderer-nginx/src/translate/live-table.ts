import { createHash } from 'node:crypto';
import { certificateNames, endpointKey } from '@sluice/core';
import type { Certificate, RoutingModel, Upstream } from '@sluice/core';

/** Endpoints, canaries, affinity and certificates, as the workers get them. Nodes keep their identity from the model. */
export interface LiveTable {
  /** SHA-256 in hexadecimal. Addresses behind names of endpoints do not count. */
  readonly digest: string;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly certificates: ReadonlyMap<string, Certificate>;
  /** Ids of certificates by the names that clients ask for, as `certificateNames` of the core has them; empty for the default certificate. */
  readonly names: ReadonlyMap<string, string>;
}

/** The part of a model that workers get without a reload. */
export function liveTableOf(model: RoutingModel): LiveTable {
  const names = new Map<string, string>();
  for (const [name, certificate] of certificateNames(model)) names.set(name, certificate?.id ?? '');
  const upstreams = new Map(model.upstreams.map((upstream) => [upstream.id, upstream]));
  const certificates = new Map(model.certificates.map((certificate) => [certificate.id, certificate]));
  const hash = createHash('sha256');
  for (const upstream of model.upstreams) hash.update(upstreamDigest(upstream));
  for (const certificate of model.certificates) hash.update(certificateDigest(certificate));
  hash.update(JSON.stringify([...names]));
  return { digest: hash.digest('hex'), upstreams, certificates, names };
}

const digests = new WeakMap<object, string>();

/** What workers are told of an upstream, as a short text; made once for each. */
export function upstreamDigest(upstream: Upstream): string {
  return digestOnce(upstream, () => JSON.stringify([upstream.id, ...Object.values(PARTS).map((part) => part(upstream))]));
}

/** A short text that tells certificates apart, chain and key. */
export function certificateDigest(certificate: Certificate): string {
  return digestOnce(certificate, () => JSON.stringify([certificate.id, certificate.chain, certificate.privateKey.fingerprint]));
}

function digestOnce(node: object, text: () => string): string {
  let digest = digests.get(node);
  if (digest === undefined) digests.set(node, (digest = createHash('sha256').update(text()).digest('base64')));
  return digest;
}

/** What a difference between upstreams is called, with what is compared; objects that things came from do not matter to workers. */
const PARTS: Readonly<Record<string, (upstream: Upstream) => unknown>> = {
  endpoints: ({ endpoints }) => endpoints.map((endpoint) => `${endpoint.kind} ${endpointKey(endpoint)}`),
  balancing: ({ balancing }) => without(balancing),
  affinity: ({ affinity }) => without(affinity),
  canary: ({ canary }) => without(canary),
};

function without(node: { readonly from: unknown } | undefined): unknown {
  return node && { ...node, from: undefined };
}

/**
 * What tells two tables apart, in words for the log, such as `endpoints of shop/web:http`, `certificate shop/tls`, `certificate of the
 * host shop.example.com`. Nothing for equal tables.
 */
export function liveChanges(before: LiveTable | undefined, after: LiveTable): readonly string[] {
  if (before === undefined) return ['everything'];
  if (before.digest === after.digest) return [];
  return [
    ...differences(before.upstreams, after.upstreams).flatMap(upstreamChanges),
    ...differences(before.certificates, after.certificates).flatMap(certificateChanges),
    ...differences(before.names, after.names).map(({ key }) => `certificate of the host ${key}`),
  ];
}

interface Difference<T> {
  readonly key: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

function differences<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): readonly Difference<T>[] {
  const found: Difference<T>[] = [];
  for (const [key, node] of after) if (before.get(key) !== node) found.push({ key, before: before.get(key), after: node });
  for (const [key, node] of before) if (!after.has(key)) found.push({ key, before: node, after: undefined });
  return found;
}

function upstreamChanges({ key, before, after }: Difference<Upstream>): readonly string[] {
  if (before === undefined || after === undefined) return [`upstream ${key} ${before === undefined ? 'is new' : 'is gone'}`];
  if (upstreamDigest(before) === upstreamDigest(after)) return [];
  return Object.entries(PARTS).flatMap(([name, part]) =>
    JSON.stringify(part(before)) === JSON.stringify(part(after)) ? [] : [`${name} of ${key}`],
  );
}

function certificateChanges({ key, before, after }: Difference<Certificate>): readonly string[] {
  if (before === undefined || after === undefined) return [`certificate ${key} ${before === undefined ? 'is new' : 'is gone'}`];
  return certificateDigest(before) === certificateDigest(after) ? [] : [`certificate ${key}`];
}
