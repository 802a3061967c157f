import type { VirtualHost } from '../model/virtual-host.ts';

/** What the catch-all host is called where a name is needed, as in ingress-nginx. */
export const NAMELESS = '_';

/** The name of a host in texts: nginx's `$server_name`, and its `$host` for a request without one. */
export function serverNameOf({ match, name }: Pick<VirtualHost, 'match' | 'name'>): string {
  return match.kind === 'any' ? NAMELESS : name;
}
