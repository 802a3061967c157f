import type { HostMatch, VirtualHost } from '@sluice/core';
import { literalPattern, pcre } from './pattern.ts';

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
