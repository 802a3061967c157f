import { bencode, binary, endpointKey, upstreamRecord } from '@sluice/core';
import type { Certificate, Upstream } from '@sluice/core';
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
  return { digest: `${upstreamDigest(upstream)} ${JSON.stringify(names)}`, bytes: () => bencode({ ...upstreamRecord(upstream), names }) };
}

function encoded(upstream: Upstream): LiveEntry {
  const bytes = bencode(upstreamRecord(upstream));
  return { digest: upstreamDigest(upstream), bytes: () => bytes };
}

/** Names that somebody has to resolve for the endpoints of an upstream. */
export function namesOf({ endpoints }: Upstream): readonly string[] {
  return endpoints.flatMap((endpoint) => (endpoint.kind === 'name' ? endpoint.name : []));
}

function withPort(port: number): (address: string) => string {
  return (address) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
}
