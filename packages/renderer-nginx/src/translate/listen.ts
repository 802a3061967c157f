import { directive } from '../render/directive.ts';
import { isAtLeast } from './capabilities.ts';
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
  return capabilities.http2 && isAtLeast(capabilities.version, [1, 25, 1]);
}

function listens(place: NginxAddress, deployment: Deployment, isDefault: boolean, flags: readonly Word[]): readonly Directive[] {
  const options: readonly Word[] = isDefault ? ['default_server', 'reuseport', 'backlog=4096'] : [];
  return socketAddresses(place, deployment).map(({ address, v6 }) =>
    directive('listen', address, ...flags, ...options, ...(isDefault && v6 ? ['ipv6only=on'] : [])),
  );
}

/** The addresses of the sockets for a place: those of IPv6 are for it alone. */
export function socketAddresses(
  { host, port }: NginxAddress,
  { ipv6 }: Deployment,
): readonly { readonly address: string; readonly v6: boolean }[] {
  if (host.includes(':')) return [{ address: `[${host}]:${port}`, v6: true }];
  if (host !== '') return [{ address: `${host}:${port}`, v6: false }];
  return [{ address: `0.0.0.0:${port}`, v6: false }, ...(ipv6 ? [{ address: `[::]:${port}`, v6: true }] : [])];
}
