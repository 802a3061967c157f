import { hostRank } from '@sluice/core';
import type { HostMatch, VirtualHost } from '@sluice/core';
import { hostKey } from './host-maps.ts';
import type { HostMaps } from './host-maps.ts';
import { recordOf } from './record.ts';
import type { MapRecord } from './record.ts';

/** A host with what it was translated to. */
export interface TranslatedHost {
  readonly host: VirtualHost;
  readonly maps: HostMaps;
}

/** What leads from a name to a host. */
export interface HostNames {
  /** Of the map `hosts`. */
  readonly entries: readonly (readonly [key: string, value: string])[];
  /** Names that only a look at each can decide. */
  readonly others?: MapRecord;
}

/** A name that only a look at each can decide; `digest` is that of its host. */
interface OtherName {
  readonly kind: 'wildcard' | 'suffix' | 'prefix' | 'regex';
  readonly text: string;
  readonly digest: string;
}

/** What every other name goes to; bars of names are escaped. */
const ANY = '|any';
const OTHERS = '|others';

/** Leads names to hosts as `HostIndex` of the core does: equal names, then either wildcards or, where aliases are no names, one by one. */
export function hostNames(translated: readonly TranslatedHost[]): HostNames {
  const entries = new Map<string, string>();
  const own = translated.map((one) => ({ ...one, match: one.host.match }));
  const aliases = translated.flatMap((one) => (one.host.aliases?.matches ?? []).map((match) => ({ ...one, match })));
  for (const { match, maps } of [...own, ...aliases])
    if (match.kind === 'exact' && !entries.has(hostKey(match.name))) entries.set(hostKey(match.name), maps.digest);
  for (const { match, maps } of own) {
    if (match.kind === 'wildcard') entries.set(hostKey(`*${match.suffix}`), maps.digest);
    if (match.kind === 'any') entries.set(ANY, maps.digest);
  }
  const inspected = aliases.filter(({ match }) => match.kind !== 'exact');
  if (inspected.length === 0) return { entries: [...entries] };
  const wildcards = own.filter(({ match }) => match.kind === 'wildcard');
  const inOrder = [...wildcards, ...inspected].toSorted((a, b) => hostRank(a.match) - hostRank(b.match));
  const others = recordOf(inOrder.map(({ match, maps }) => otherName(match, maps.digest)));
  entries.set(OTHERS, others.digest);
  return { entries: [...entries], others };
}

function otherName(match: HostMatch, digest: string): OtherName {
  switch (match.kind) {
    case 'wildcard':
    case 'suffix':
      return { kind: match.kind, text: match.suffix, digest };
    case 'prefix':
      return { kind: match.kind, text: match.prefix, digest };
    case 'regex':
      return { kind: match.kind, text: match.pattern, digest };
    default:
      throw new TypeError(`an alias that is ${match.kind} needs no look`);
  }
}
