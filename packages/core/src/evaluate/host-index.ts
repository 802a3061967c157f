import type { VirtualHost } from '../model/virtual-host.ts';
import { hostMatches, hostRank, wildcardAbove } from './match.ts';
import type { HostMatch } from '../model/match.ts';

interface Named {
  readonly host: VirtualHost;
  readonly match: HostMatch;
}

/** Finds the virtual host of a canonical name without looking at each of them. */
export class HostIndex {
  readonly #exact = new Map<string, VirtualHost>();
  readonly #wildcard = new Map<string, VirtualHost>();
  /** Names that only a look at each can decide, in their order. */
  readonly #others: readonly Named[];
  readonly any: VirtualHost;

  constructor(hosts: readonly VirtualHost[]) {
    const any = hosts.find(({ match }) => match.kind === 'any');
    if (any === undefined) throw new TypeError('a routing model has a virtual host for every other name');
    this.any = any;
    const aliases = hosts.flatMap((owner) => (owner.aliases?.matches ?? []).map((match) => ({ host: owner, match })));
    for (const { host, match } of [...hosts.map(ownName), ...aliases])
      if (match.kind === 'exact' && !this.#exact.has(match.name)) this.#exact.set(match.name, host);
    for (const host of hosts) if (host.match.kind === 'wildcard') this.#wildcard.set(`*${host.match.suffix}`, host);
    const inspected = aliases.filter(({ match }) => match.kind !== 'exact');
    const wildcards = inspected.length === 0 ? [] : hosts.filter(({ match }) => match.kind === 'wildcard').map(ownName);
    this.#others = [...wildcards, ...inspected].toSorted((a, b) => hostRank(a.match) - hostRank(b.match) || order(a, b));
  }

  find(name: string): VirtualHost {
    const exact = this.#exact.get(name);
    if (exact !== undefined) return exact;
    if (this.#others.length > 0) return this.#others.find(({ match }) => hostMatches(match, name))?.host ?? this.any;
    return this.#wildcard.get(wildcardAbove(name) ?? '') ?? this.any;
  }
}

function ownName(host: VirtualHost): Named {
  return { host, match: host.match };
}

/** The own name of a host before aliases, as `evaluate` has it. */
function order(a: Named, b: Named): number {
  return Number(a.match !== a.host.match) - Number(b.match !== b.host.match);
}
