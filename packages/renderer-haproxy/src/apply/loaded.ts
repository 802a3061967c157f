import type { BackendSection, CertificateLine, HaproxyTable, ServedCertificate, Server } from '../render/haproxy-table.ts';
import { fileFingerprint } from './generated-texts.ts';

/** A backend as a worker has it. */
export interface LoadedBackend {
  readonly name: string;
  readonly class: string;
  readonly dynamic: boolean;
  /** Those that get requests, by name. */
  readonly servers: ReadonlyMap<string, Server>;
}

export interface LoadedCertificate {
  readonly fingerprint: string;
  readonly label: string;
}

/** What a worker has: what it has read, and what it was told since. */
export interface Loaded {
  /** The generation that it has read. */
  readonly id: string;
  /** Digests by label. */
  readonly frame: ReadonlyMap<string, string>;
  /** Labels of sections of the frame with ports of their own. */
  readonly listening: ReadonlySet<string>;
  /** Fingerprints by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly backends: ReadonlyMap<string, LoadedBackend>;
  /** Which backend stands for which one of the table: itself, or a spare one. Those that stand for none are free. */
  readonly places: ReadonlyMap<string, string>;
  /** What the maps have, by name. */
  readonly maps: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** By name. */
  readonly certificates: ReadonlyMap<string, LoadedCertificate>;
  readonly lines: readonly CertificateLine[];
}

/** The map in which the reloader writes which spare backend stands for which one. */
export const PLACES = 'backends';

/** What a worker has that has read a table. */
export function freshlyLoaded(id: string, table: HaproxyTable): Loaded {
  const { frame, backends, maps, certificateLines, files } = table;
  return {
    id,
    frame: new Map(frame.map(({ label, digest }) => [label, digest])),
    listening: new Set(frame.flatMap(({ label, listens }) => (listens ? [label] : []))),
    files: new Map(files.map((file) => [file.path, fileFingerprint(file)])),
    backends: new Map(backends.map((backend) => [backend.name, loadedBackend(backend)])),
    places: new Map(backends.flatMap(({ name, spare }) => (spare ? [] : [[name, name] as const]))),
    maps: new Map(maps.map(({ name, entries, runtime }) => [name, runtime ? new Map<string, string>() : entries])),
    certificates: loadedCertificates(table),
    lines: certificateLines,
  };
}

function loadedBackend({ name, class: class_, dynamic, servers }: BackendSection): LoadedBackend {
  return { name, class: class_, dynamic, servers: serversByName(servers) };
}

export function loadedCertificates(table: HaproxyTable): Loaded['certificates'] {
  return new Map(usedCertificates(table).map(({ name, label, pem }) => [name, { label, fingerprint: pem.fingerprint }]));
}

/** Certificates that a line names: HAProxy knows of no others. */
export function usedCertificates({ certificates, certificateLines }: HaproxyTable): readonly ServedCertificate[] {
  const named = new Set(certificateLines.map(({ certificate }) => certificate));
  return certificates.filter(({ name }) => named.has(name));
}

const byName = new WeakMap<readonly Server[], ReadonlyMap<string, Server>>();

/** Servers of a backend by their names: the same map for the same list. */
export function serversByName(servers: readonly Server[]): ReadonlyMap<string, Server> {
  let map = byName.get(servers);
  if (map === undefined) byName.set(servers, (map = new Map(servers.map((server) => [server.name, server]))));
  return map;
}

/** How many backends are free. */
export function sparesLeft({ backends, places }: Loaded): number {
  return backends.size - new Set(places.values()).size;
}
