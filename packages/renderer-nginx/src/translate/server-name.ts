import { literalPattern, pcre } from '@sluice/core';
import type { HostMatch, VirtualHost } from '@sluice/core';

/**
 * The names of a host as nginx's `server_name` takes them; it tries them in the order of `hostRank` of the core. Of equal names nginx takes the
 * first in the file, the core that of a rule: aliases that are names of another host are left out.
 */
export function serverNames({ match, aliases }: VirtualHost, isTaken: (name: string) => boolean): readonly string[] {
  return [serverName(match), ...(aliases?.matches ?? []).map(serverName).filter((name) => !isTaken(name))];
}

/** One name. */
export function serverName(match: HostMatch): string {
  switch (match.kind) {
    case 'exact':
      return match.name;
    case 'wildcard':
      return `~^[A-Za-z0-9_-]+${literalPattern(match.suffix)}$`;
    case 'suffix':
      return `*${match.suffix}`;
    case 'prefix':
      return `${match.prefix}*`;
    case 'regex':
      return `~${pcre(match.pattern, { ignoreCase: true, anchored: false })}`;
    case 'any':
      return '_';
  }
}

/**
 * Hosts in the order of their servers. nginx tries expressions in the order of the file, and wildcards are expressions here: those come before the
 * expressions of aliases, as in `hostRank` of the core. (Of two wildcard hosts that both have an expression as an alias, the alias of the first comes before the
 * name of the second.)
 */
export function inOrderOfNames(hosts: readonly VirtualHost[]): readonly VirtualHost[] {
  const hasExpression = ({ aliases }: VirtualHost): boolean =>
    aliases?.matches.some(({ kind }) => kind === 'regex' || kind === 'wildcard') === true;
  if (!hosts.some(hasExpression)) return hosts;
  const place = (host: VirtualHost): number => (host.match.kind !== 'wildcard' ? 2 : hasExpression(host) ? 1 : 0);
  return hosts.toSorted((a, b) => place(a) - place(b));
}
