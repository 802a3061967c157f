import { binary, endpointKey, upstreamRecord } from '@sluice/core';
import type { Endpoint, Upstream, UpstreamConnections } from '@sluice/core';
import type { BackendSection, GeneratedFile, Server } from '../render/haproxy-table.ts';
import { printBackend } from '../render/print.ts';
import { backendClass, backendHead, backendLines } from './backend-class.ts';
import type { BackendClass } from './backend-class.ts';
import { digestOf, escapeWord, recordOf } from './record.ts';
import type { MapRecord } from './record.ts';
import { serverParameters } from './upstream-tls.ts';
import { demandKey } from './way.ts';
import type { Way } from './way.ts';

/** An upstream that is spoken to in one way. */
export interface UpstreamMaps {
  /** Of the map `upstreams`: backend, number of endpoints, and record or `-`. */
  readonly entry: readonly [key: string, value: string];
  readonly records: readonly MapRecord['entries'][number][];
  readonly backend: BackendSection;
  readonly class: BackendClass;
  readonly files: readonly GeneratedFile[];
}

/** Parameters of servers that say how connections to them are kept. */
export function keptConnections({ connections, requests, idleMs }: UpstreamConnections): string {
  return [
    ...(connections === undefined ? [] : [`pool-max-conn ${connections}`]),
    ...(requests === undefined ? [] : [`max-reuse ${requests - 1}`]),
    ...(idleMs === undefined ? [] : [`pool-purge-delay ${idleMs}ms`]),
  ].join(' ');
}

/** Translates an upstream; `kept` are parameters of every server; nothing here depends on another one, nor on hosts. */
export function upstreamMaps(upstream: Upstream, way: Way, kept: string): UpstreamMaps {
  const { balancing, affinity, canary, endpoints, id, from } = upstream;
  const one = backendClass(way, upstream);
  const key = demandKey({ upstream: id, way });
  const name = `b_${digestOf(key)}`;
  const { parameters, files } = serverParameters(way);
  const looked = affinity !== undefined || canary !== undefined || balancing?.kind === 'hash';
  const record = looked ? recordOf({ ...upstreamRecord(upstream), ...(canary && { canaryKey: keyOf(canary.upstream, way) }) }) : undefined;
  const servers = endpoints.map((endpoint) => serverOf(endpoint, `${parameters} ${kept}`.trim()));
  const backend = printBackend(
    { label: `backend of ${id}`, head: backendHead(name, one), lines: backendLines, from },
    { name, class: one.key, dynamic: endpoints.every(({ kind }) => kind === 'address'), servers, upstream: id },
  );
  return {
    entry: [escapeWord(binary(key)), `${name},${endpoints.length},${record?.digest ?? '-'}`],
    records: record?.entries ?? [],
    backend: { ...backend, label: labelOf(id, way) },
    class: one,
    files,
  };
}

/** Several ways to one upstream are several backends. */
function labelOf(id: string, { key, tls }: Way): string {
  return `backend of ${id}${tls === undefined ? '' : ' over TLS'} (${key})`;
}

function keyOf(upstream: string, way: Way): string {
  return escapeWord(binary(demandKey({ upstream, way })));
}

/** A server with these parameters, and those that its address asks for. */
export function serverOf(endpoint: Endpoint, parameters: string): Server {
  const address = endpointKey(endpoint);
  // Names are looked up again as long as HAProxy runs; until one is known its server takes no requests.
  const resolved = endpoint.kind === 'name' ? 'resolvers sluice init-addr libc,none' : '';
  return { name: serverName(address), address, parameters: [parameters, resolved].filter((part) => part !== '').join(' ') };
}

/** A server is called by its address: the same in `lua/sluice/upstream.lua`. */
export function serverName(endpoint: string): string {
  return endpoint.replace(/[^A-Za-z0-9_.:-]/g, '_');
}
