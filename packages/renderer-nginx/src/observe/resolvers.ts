import { readFileSync } from 'node:fs';

/** The name servers of this machine (resolv.conf(5)), as nginx writes them. */
export function systemResolvers(path = '/etc/resolv.conf'): readonly string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  const servers = text.split('\n').flatMap((line) => /^\s*nameserver\s+([0-9a-f:.]+)\s*$/i.exec(line)?.[1] ?? []);
  return servers.map((address) => (address.includes(':') ? `[${address}]` : address));
}
