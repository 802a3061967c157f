import { Remembered } from '@sluice/core';
import type { MapFile } from '../render/haproxy-table.ts';
import { hostNames } from './host-names.ts';
import type { HostNames, TranslatedHost } from './host-names.ts';
import { PATTERN_MAPS, patternKey, patternMap } from './route-pattern.ts';
import type { UpstreamMaps } from './upstream-maps.ts';
import type { UserList } from './user-lists.ts';

type Entries = ReadonlyMap<string, string>;

/** What hosts alone have in maps. */
interface HostPart {
  readonly names: HostNames;
  readonly hosts: Entries;
  readonly routes: Entries;
  readonly patterns: readonly MapFile[];
}

/** What neither hosts nor upstreams have. */
interface OtherEntries {
  readonly users: readonly UserList[];
  /** Of the map `records`. */
  readonly more: UpstreamMaps['records'];
}

/** Makes the maps of configurations. One whose entries are the same as last time is the same object: nobody compares, prints or digests it again. */
export class MapFiles {
  readonly #hosts = new Remembered<HostPart>();
  readonly #users = new Remembered<Entries>();
  readonly #upstreams = new Remembered<Entries>();
  readonly #records = new Remembered<Entries>();
  readonly #backends: Entries = new Map();

  /** In the order in which they are filled: who is named is there before whoever names it. */
  of(hosts: readonly TranslatedHost[], upstreams: readonly UpstreamMaps[], { users, more }: OtherEntries): readonly MapFile[] {
    const own = hosts.map(({ host }) => host);
    const part = this.#hosts.of(own, () => hostPart(hosts));
    const entries = upstreams.map(({ entry }) => entry);
    const records = upstreams.flatMap((one) => one.records);
    return [
      { name: 'backends', entries: this.#backends, runtime: true },
      { name: 'users', entries: this.#users.of(users, () => new Map(users.flatMap((list) => list.entries))) },
      {
        name: 'records',
        entries: this.#records.of([part, ...records.flat(), ...more.flat()], () => recordsOf(hosts, [...records, ...more], part)),
      },
      { name: 'upstreams', entries: this.#upstreams.of(entries.flat(), () => new Map(entries)) },
      { name: 'routes', entries: part.routes },
      ...part.patterns,
      { name: 'hosts', entries: part.hosts },
    ];
  }
}

function recordsOf(hosts: readonly TranslatedHost[], upstreams: UpstreamMaps['records'], { names }: HostPart): Entries {
  return new Map([...upstreams, ...hosts.flatMap(({ maps }) => maps.records), ...(names.others?.entries ?? [])]);
}

function hostPart(hosts: readonly TranslatedHost[]): HostPart {
  const names = hostNames(hosts);
  const routes = new Map(hosts.flatMap(({ maps }) => maps.routes));
  return { names, hosts: new Map(names.entries), routes, patterns: patternMaps(hosts) };
}

/** The first route with an expression is the one that counts. */
function patternMaps(hosts: readonly TranslatedHost[]): readonly MapFile[] {
  const maps = Array.from({ length: PATTERN_MAPS }, () => new Map<string, string>());
  for (const { maps: host } of hosts) {
    const map = maps[patternMap(host.digest)];
    for (const pattern of host.patterns) {
      const key = patternKey(host.digest, pattern);
      if (map?.has(key) === false) map.set(key, `${pattern.position},${pattern.plan}`);
    }
  }
  return maps.map((entries, number) => ({ name: `patterns-${number}`, entries, ordered: true }));
}
