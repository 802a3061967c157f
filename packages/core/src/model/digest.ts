import { createHash } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import { KeyMaterial } from './key-material.ts';
import type { RoutingModel } from './routing-model.ts';

const known = new WeakMap<object, string>();

/**
 * SHA-256 of a model in hexadecimal: equal meaning gives an equal digest, across processes too. Digests of nodes are kept
 * by identity, so that the cost of a change is that of the changed nodes and one pass over short texts. Private keys count
 * by their fingerprints.
 */
export function digestOf(model: RoutingModel): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify(model.listeners));
  hash.update(nodeDigest(model.settings));
  hash.update(listDigest(model.virtualHosts));
  for (const upstream of model.upstreams) hash.update(nodeDigest(upstream));
  for (const certificate of model.certificates) hash.update(certificateDigest(certificate));
  for (const stream of model.streams) hash.update(nodeDigest(stream));
  return hash.digest('hex');
}

/** Of the nodes of a list, kept by the identity of the list. */
function listDigest(nodes: readonly object[]): string {
  let digest = known.get(nodes);
  if (digest === undefined) {
    const hash = createHash('sha256');
    for (const node of nodes) hash.update(nodeDigest(node));
    known.set(nodes, (digest = hash.digest('base64')));
  }
  return digest;
}

/** The digest of one node: equal meaning gives an equal digest. */
export function nodeDigest(node: object): string {
  let digest = known.get(node);
  if (digest === undefined) known.set(node, (digest = createHash('sha256').update(JSON.stringify(node, fingerprints)).digest('base64')));
  return digest;
}

/** Key material prints as nothing; what it is decides whether a node has changed. */
function fingerprints(this: unknown, key: string, value: unknown): unknown {
  const original: unknown = typeof this === 'object' && this !== null ? Reflect.get(this, key) : undefined;
  return original instanceof KeyMaterial ? original.fingerprint : value;
}

function certificateDigest(certificate: Certificate): string {
  return nodeDigest(certificate) + certificate.privateKey.fingerprint;
}
