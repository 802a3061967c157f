import type { HaproxyTable } from '../render/haproxy-table.ts';
import { planBackends } from './backend-plan.ts';
import type { BackendPlan } from './backend-plan.ts';
import { planCertificates } from './certificate-plan.ts';
import type { CertificatePlan } from './certificate-plan.ts';
import { fileFingerprint } from './generated-texts.ts';
import { usedCertificates } from './loaded.ts';
import type { Loaded } from './loaded.ts';
import { planMap } from './map-plan.ts';
import type { MapPlan } from './map-plan.ts';

/** How a worker gets from what it has to a table. */
export interface UpdatePlan {
  /** Why it cannot do without reading the table; the rest of the plan is of no use then. */
  readonly reload: readonly string[];
  /** What differs, in words. */
  readonly reasons: readonly string[];
  readonly backends: BackendPlan;
  /** Those that differ, in the order of the table. */
  readonly maps: readonly MapPlan[];
  readonly certificates: CertificatePlan;
  /** What the worker has when all of it is done. */
  readonly next: Loaded;
}

/** Compares what a worker has with what it shall have. */
export function planUpdate(loaded: Loaded, table: HaproxyTable): UpdatePlan {
  const backends = planBackends(loaded, table.backends);
  const certificates = planCertificates(loaded, table);
  const maps = table.maps.flatMap((map) => {
    const before = loaded.maps.get(map.name);
    const plan = before && planMap(before, map.runtime ? { ...map, entries: placesOf(backends.places) } : map);
    return plan === undefined ? [] : [plan];
  });
  const unknown = table.maps.filter(({ name }) => !loaded.maps.has(name)).map(({ name }) => `the map ${name} is new`);
  const reload = [...frameReasons(loaded, table), ...fileReasons(loaded, table), ...unknown, ...backends.reload, ...certificates.reload];
  const told = maps.filter(({ map }) => map.runtime === undefined);
  return {
    reload,
    reasons: [...backends.reasons, ...certificates.reasons, ...told.map(({ map }) => `the map ${map.name} changed`)],
    backends,
    maps,
    certificates,
    next: {
      ...loaded,
      backends: backends.backends,
      places: backends.places,
      maps: new Map(table.maps.map((map) => [map.name, map.runtime ? placesOf(backends.places) : map.entries])),
      certificates: new Map(usedCertificates(table).map(({ name, pem }) => [name, pem.fingerprint])),
      lines: table.certificateLines,
    },
  };
}

/** What the map `backends` says of them: nothing of those that stand for themselves. */
function placesOf(places: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...places].filter(([name, place]) => name !== place));
}

function frameReasons({ frame }: Loaded, table: HaproxyTable): readonly string[] {
  const after = new Map(table.frame.map(({ label, digest }) => [label, digest]));
  return differences(frame, after, (label) => label);
}

function fileReasons({ files }: Loaded, table: HaproxyTable): readonly string[] {
  const after = new Map(table.files.map((file) => [file.path, fileFingerprint(file)]));
  return differences(files, after, (path) => `the file ${path}`);
}

function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  show: (name: string) => string,
): readonly string[] {
  const reasons: string[] = [];
  for (const [name, digest] of after) {
    const old = before.get(name);
    if (old !== digest) reasons.push(`${show(name)} ${old === undefined ? 'added' : 'changed'}`);
  }
  for (const name of before.keys()) if (!after.has(name)) reasons.push(`${show(name)} removed`);
  return reasons;
}

/** Whether there is nothing to do. */
export function isEmpty({ reload, backends, maps, certificates }: UpdatePlan): boolean {
  return reload.length + backends.added.length + backends.removed.length + maps.length === 0 && certificates.isEmpty;
}
