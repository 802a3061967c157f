import { bencode, binary, endpointKey, pcre } from '@sluice/core';
import type { Balancing, Bencodable, Canary, CanaryHeaderRule, Certificate, Upstream } from '@sluice/core';
import { certificateDigest, upstreamDigest } from '../translate/live-table.ts';
import type { LiveTable } from '../translate/live-table.ts';

/** One thing that workers look up in shared memory (`lua/sluice/store.lua`). */
export interface LiveEntry {
  /** Tells whether two entries of the same key are equal. */
  readonly digest: string;
  /** Its value as a binary string. That of a certificate is its private key too: only for the socket and the state file. */
  bytes(): string;
}

/** Entries by key: `u/ID`, `c/ID`, `n/NAME`. */
export type LiveEntries = ReadonlyMap<string, LiveEntry>;

/** The addresses, without brackets, that a name of an endpoint stands for at the moment; empty when there is none. */
export type AddressesOf = (name: string) => readonly string[];

/** The entries of a table, and those of `keep` that it has no others for. */
export function liveEntries(table: LiveTable, addressesOf: AddressesOf, keep?: LiveTable): LiveEntries {
  const entries = keep === undefined ? new Map<string, LiveEntry>() : new Map(liveEntries(keep, addressesOf));
  for (const [id, upstream] of table.upstreams) entries.set(`u/${binary(id)}`, upstreamEntry(upstream, addressesOf));
  for (const [id, certificate] of table.certificates) entries.set(`c/${binary(id)}`, certificateEntry(certificate));
  for (const [name, id] of table.names) entries.set(`n/${binary(name)}`, nameEntry(binary(id)));
  return entries;
}

const known = new WeakMap<object, LiveEntry>();

function once<Node extends object>(node: Node, make: (node: Node) => LiveEntry): LiveEntry {
  let entry = known.get(node);
  if (entry === undefined) known.set(node, (entry = make(node)));
  return entry;
}

function nameEntry(id: string): LiveEntry {
  return { digest: id, bytes: () => id };
}

function certificateEntry(certificate: Certificate): LiveEntry {
  return once(certificate, (node) => ({
    digest: certificateDigest(node),
    bytes: () => bencode({ chain: binary(node.chain), key: binary(node.privateKey.reveal()) }),
  }));
}

function upstreamEntry(upstream: Upstream, addressesOf: AddressesOf): LiveEntry {
  if (namesOf(upstream).length === 0) return once(upstream, (node) => encoded(node));
  const names = Object.fromEntries(
    upstream.endpoints.flatMap((endpoint) =>
      endpoint.kind === 'name' ? [[binary(endpointKey(endpoint)), addressesOf(endpoint.name).map(withPort(endpoint.port))]] : [],
    ),
  );
  return { digest: `${upstreamDigest(upstream)} ${JSON.stringify(names)}`, bytes: () => bencode({ ...valueOf(upstream), names }) };
}

function encoded(upstream: Upstream): LiveEntry {
  const bytes = bencode(valueOf(upstream));
  return { digest: upstreamDigest(upstream), bytes: () => bytes };
}

/** Names that somebody has to resolve for the endpoints of an upstream. */
export function namesOf({ endpoints }: Upstream): readonly string[] {
  return endpoints.flatMap((endpoint) => (endpoint.kind === 'name' ? endpoint.name : []));
}

function withPort(port: number): (address: string) => string {
  return (address) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
}

/** What `lua/sluice/live.lua` gives to the workers; 1 stands for true, and what is false is left out. */
function valueOf(upstream: Upstream): { readonly [key: string]: Bencodable | undefined } {
  const { id, namespace, service, port, endpoints, balancing, canary } = upstream;
  return {
    id: binary(id),
    namespace: binary(namespace),
    service: binary(service),
    port: binary(port),
    endpoints: endpoints.map((endpoint) => binary(endpointKey(endpoint))),
    balancing: balancing && balancingValue(balancing),
    affinity: affinityValue(upstream),
    canary: canary && canaryValue(canary),
  };
}

function balancingValue(balancing: Balancing): Bencodable | undefined {
  switch (balancing.kind) {
    case 'round-robin':
      return undefined;
    case 'ewma':
      return { kind: 'ewma' };
    case 'hash':
      return {
        kind: 'hash',
        key: balancing.key.map((part) => (typeof part === 'string' ? binary(part) : [binary(part.variable)])),
        subset: balancing.subsetSize,
      };
  }
}

function affinityValue({ affinity }: Upstream): Bencodable | undefined {
  if (affinity === undefined) return undefined;
  const { name, path, expiresSeconds, maxAgeSeconds, domain, sameSite, conditionalSameSiteNone, secure } = affinity.cookie;
  return {
    mode: affinity.mode,
    change: flag(affinity.changeOnFailure),
    key: affinity.key,
    name: binary(name),
    path: path === undefined ? undefined : binary(path),
    expires: expiresSeconds === undefined ? undefined : whole(expiresSeconds),
    maxage: maxAgeSeconds === undefined ? undefined : whole(maxAgeSeconds),
    domain: domain === undefined ? undefined : binary(domain),
    samesite: sameSite,
    conditional: flag(conditionalSameSiteNone),
    secure: flag(secure),
  };
}

function canaryValue({ upstream, header, cookie, weight, weightTotal }: Canary): Bencodable {
  return {
    upstream: binary(upstream),
    header: header && { name: binary(header.name), ...headerRule(header.rule) },
    cookie: cookie === undefined ? undefined : binary(cookie),
    weight: whole(weight),
    total: whole(weightTotal),
  };
}

function headerRule(rule: CanaryHeaderRule): { readonly [key: string]: Bencodable } {
  switch (rule.kind) {
    case 'value':
      return { kind: rule.kind, value: binary(rule.value) };
    case 'pattern':
      return { kind: rule.kind, pattern: pcre(rule.pattern, { ignoreCase: false, anchored: false }) };
    default:
      return { kind: rule.kind };
  }
}

/** Integers beyond what a number holds exactly are as good as the largest one. */
function whole(value: number): number {
  return Math.trunc(Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER));
}

function flag(value: boolean): 1 | undefined {
  return value ? 1 : undefined;
}
