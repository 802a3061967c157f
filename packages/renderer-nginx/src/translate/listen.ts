import { directive } from '../render/directive.ts';
import type { Directive, Word } from '../render/directive.ts';
import type { Deployment, NginxAddress } from './surroundings.ts';

/** The listeners of a server; those of the default server carry the options of the sockets. */
export function listening(deployment: Deployment, isDefault: boolean): readonly Directive[] {
  const secure: readonly Word[] = ['ssl', ...(deployment.capabilities.http2 && !hasHttp2Directive(deployment) ? ['http2'] : [])];
  return [
    ...deployment.http.flatMap((address) => listens(address, deployment, isDefault, [])),
    ...deployment.https.flatMap((address) => listens(address, deployment, isDefault, secure)),
  ];
}

/** `http2 on` instead of a parameter of `listen`: since 1.25.1. */
export function hasHttp2Directive({ capabilities }: Deployment): boolean {
  const [major = 0, minor = 0, patch = 0] = capabilities.version.split('.').map(Number);
  return capabilities.http2 && (major > 1 || minor > 25 || (minor === 25 && patch >= 1));
}

function listens({ host, port }: NginxAddress, { ipv6 }: Deployment, isDefault: boolean, flags: readonly Word[]): readonly Directive[] {
  const options: readonly Word[] = isDefault ? ['default_server', 'reuseport', 'backlog=4096'] : [];
  const one = (address: string, more: readonly Word[]): Directive => directive('listen', address, ...flags, ...options, ...more);
  if (host.includes(':')) return [one(`[${host}]:${port}`, isDefault ? ['ipv6only=on'] : [])];
  if (host !== '') return [one(`${host}:${port}`, [])];
  return [one(`0.0.0.0:${port}`, []), ...(ipv6 ? [one(`[::]:${port}`, isDefault ? ['ipv6only=on'] : [])] : [])];
}
