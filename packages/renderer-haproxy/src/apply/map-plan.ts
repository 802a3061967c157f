import type { MapFile } from '../render/haproxy-table.ts';

/** What becomes of a map: entries come first, those that are gone go after all maps have what is new. */
export interface MapPlan {
  readonly map: MapFile;
  readonly before: ReadonlyMap<string, string>;
  readonly added: ReadonlyMap<string, string>;
  readonly changed: ReadonlyMap<string, string>;
  readonly removed: readonly string[];
  /** Additions and changes are so many, or their order matters, that the map is made anew beside the old one and put in its place at once. */
  readonly swapsIn: boolean;
  /** As many are gone. */
  readonly swapsOut: boolean;
}

/** More single commands than this take longer than a swap. */
const MANY = 500;
/** A smaller number is many where it is a third of all. */
const SOME = 50;

/** Compares a map with what it shall be; undefined when it is that already. */
export function planMap(before: ReadonlyMap<string, string>, map: MapFile): MapPlan | undefined {
  const { entries, ordered } = map;
  if (before === entries) return undefined;
  const added = new Map<string, string>();
  const changed = new Map<string, string>();
  for (const [key, value] of entries) {
    const old = before.get(key);
    if (old === undefined) added.set(key, value);
    else if (old !== value) changed.set(key, value);
  }
  const removed = [...before.keys()].filter((key) => !entries.has(key));
  const differs = added.size + changed.size + removed.length > 0;
  if (ordered)
    return differs || !isSameOrder(before, entries) ? { map, before, added, changed, removed, swapsIn: true, swapsOut: false } : undefined;
  if (!differs) return undefined;
  const isMany = (count: number): boolean => count > MANY || (count > SOME && count * 3 > before.size);
  return { map, before, added, changed, removed, swapsIn: isMany(added.size + changed.size), swapsOut: isMany(removed.length) };
}

function isSameOrder(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  const keys = b.keys();
  return [...a.keys()].every((key) => keys.next().value === key);
}
