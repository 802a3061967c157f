import type { MapPlan } from './map-plan.ts';

/** Hexadecimal digits of a host in keys of the map `routes`, before the mark of the match and the path. */
const DIGEST = 24;
/** A host of which more paths differ is named alone. */
const FEW_PATHS = 3;
const ALL_OTHERS = '|any';
const ALIASES = '|others';

/** What differs in maps, in words for the log: `upstream shop/web:http is new`, `endpoints of shop/web:http`, `host shop.example.com changed`. */
export function mapReasons(maps: readonly MapPlan[], upstreams: readonly string[]): readonly string[] {
  const plans = new Map(maps.flatMap((plan) => (plan.map.runtime ? [] : [[plan.map.name, plan] as const])));
  const named = [
    ...upstreamReasons(plans.get('upstreams'), new Set(upstreams)),
    ...hostReasons(plans.get('hosts'), new Map(pathsByHost(plans.get('routes')))),
  ];
  return named.length > 0 ? named : [...plans.keys()].map((name) => `the map ${name} changed`);
}

function upstreamReasons(plan: MapPlan | undefined, moved: ReadonlySet<string>): readonly string[] {
  const touched = plan === undefined ? [] : upstreamIds(plan.changed.keys()).filter((id) => !moved.has(id));
  return [
    ...(plan === undefined ? [] : arrivals(plan)),
    ...[...moved].map((id) => `endpoints of ${id}`),
    ...touched.map((id) => `affinity, canary or balancing of ${id}`),
  ];
}

/** One that is spoken to in another way, or in one more, is neither new nor gone: a host says why. */
function arrivals({ added, removed, before, map }: MapPlan): readonly string[] {
  const known = new Set(added.size === 0 ? [] : upstreamIds(before.keys()));
  const left = new Set(removed.length === 0 ? [] : upstreamIds(map.entries.keys()));
  return [
    ...upstreamIds(added.keys()).flatMap((id) => (known.has(id) ? [] : `upstream ${id} is new`)),
    ...upstreamIds(removed).flatMap((id) => (left.has(id) ? [] : `upstream ${id} is gone`)),
  ];
}

function upstreamIds(keys: Iterable<string>): readonly string[] {
  return [...new Set([...keys].map(upstreamId))];
}

/** Of a key of the map `upstreams`: what follows the comma is the way it is spoken to. */
function upstreamId(key: string): string {
  return unescapeWord(key.slice(0, key.lastIndexOf(',')));
}

function hostReasons(plan: MapPlan | undefined, paths: ReadonlyMap<string, PathChanges>): readonly string[] {
  if (plan === undefined) return [];
  const { added, changed, removed, before } = plan;
  const isName = (key: string): boolean => key !== ALIASES;
  const reasons = [
    ...[...added.keys()].filter(isName).map((key) => `host ${hostName(key)} added`),
    ...[...changed]
      .filter(([key]) => isName(key))
      .flatMap(([key, digest]) => changedHost(hostName(key), paths.get(before.get(key) ?? ''), paths.get(digest))),
    ...removed.filter(isName).map((key) => `host ${hostName(key)} removed`),
  ];
  return reasons.length > 0 ? reasons : ['aliases changed'];
}

function hostName(key: string): string {
  return key === ALL_OTHERS ? '*' : unescapeWord(key);
}

/** Plans by paths, as far as they come or go. */
type PathChanges = ReadonlyMap<string, string>;

/** A host with other routes has another digest: all of its entries come and go. */
function pathsByHost(plan: MapPlan | undefined): ReadonlyMap<string, PathChanges> {
  const hosts = new Map<string, Map<string, string>>();
  const add = (key: string, value: string): void => {
    const digest = key.slice(0, DIGEST);
    const known = hosts.get(digest) ?? new Map<string, string>();
    hosts.set(digest, known.set(key.slice(DIGEST + 1), value.slice(value.indexOf(',') + 1)));
  };
  for (const [key, value] of plan?.added ?? []) add(key, value);
  for (const key of plan?.removed ?? []) add(key, plan?.before.get(key) ?? '');
  return hosts;
}

function changedHost(name: string, before: PathChanges = new Map(), after: PathChanges = new Map()): readonly string[] {
  const reasons: string[] = [];
  for (const [path, digest] of after) {
    const old = before.get(path);
    if (old !== digest) reasons.push(`path ${unescapeWord(path)} of the host ${name} ${old === undefined ? 'added' : 'changed'}`);
  }
  for (const path of before.keys()) if (!after.has(path)) reasons.push(`path ${unescapeWord(path)} of the host ${name} removed`);
  return reasons.length > 0 && reasons.length <= FEW_PATHS ? reasons : [`host ${name} changed`];
}

/** What `escapeWord` made a word of. */
function unescapeWord(word: string): string {
  const bytes = word.replace(/%([0-9A-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
