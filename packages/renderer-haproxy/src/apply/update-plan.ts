import type { HaproxyTable } from '../render/haproxy-table.ts';
import { planBackends } from './backend-plan.ts';
import type { BackendPlan } from './backend-plan.ts';
import { planCertificates } from './certificate-plan.ts';
import type { CertificatePlan } from './certificate-plan.ts';
import { mapReasons } from './change-reasons.ts';
import { fileFingerprint } from './generated-texts.ts';
import { loadedCertificates } from './loaded.ts';
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
  return {
    reload: reloadReasons(loaded, table, [...unknown, ...backends.reload, ...certificates.reload], backends.unplaced),
    reasons: [...mapReasons(maps, backends.changed), ...certificates.reasons],
    backends,
    maps,
    certificates,
    next: {
      ...loaded,
      backends: backends.backends,
      places: backends.places,
      maps: new Map(table.maps.map((map) => [map.name, map.runtime ? placesOf(backends.places) : map.entries])),
      certificates: loadedCertificates(table),
      lines: table.certificateLines,
    },
  };
}

/** What the map `backends` says of them: nothing of those that stand for themselves. */
function placesOf(places: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...places].filter(([name, place]) => name !== place));
}

/**
 * Why a worker must read a table. What it has read besides is harmless, and what is gone stays until it reads another one, but for ports. Files mostly come with
 * sections that name them, and backends of a class with the class: they are reasons where nothing else is.
 */
function reloadReasons(loaded: Loaded, table: HaproxyTable, others: readonly string[], unplaced: readonly string[]): readonly string[] {
  const reasons = [...frameReasons(loaded, table), ...others];
  return reasons.length > 0 ? reasons : [...fileReasons(loaded, table), ...unplaced];
}

function frameReasons({ frame, listening }: Loaded, table: HaproxyTable): readonly string[] {
  // Equal texts may be called after one object now and after another one later.
  const known = new Set(frame.values());
  const changed = table.frame.filter(({ digest }) => !known.has(digest));
  const told = changed.filter(({ derived }) => derived === undefined);
  const labels = new Set(table.frame.map(({ label }) => label));
  const closed = [...listening].filter((label) => !labels.has(label)).map((label) => `${label} removed`);
  return [...(told.length > 0 ? told : changed).map(({ label }) => `${label} ${frame.has(label) ? 'changed' : 'added'}`), ...closed];
}

function fileReasons({ files }: Loaded, table: HaproxyTable): readonly string[] {
  const changed = table.files.filter((file) => files.get(file.path) !== fileFingerprint(file));
  return changed.map(({ path, label }) => `${label ?? `the file ${path}`} ${files.has(path) ? 'changed' : 'added'}`);
}

/** Whether there is nothing to do. */
export function isEmpty({ reload, backends, maps, certificates }: UpdatePlan): boolean {
  return reload.length + backends.added.length + backends.removed.length + maps.length === 0 && certificates.isEmpty;
}
