import type { Certificate } from '../certificate.ts';
import type { Origin } from '../origin.ts';
import type { Route } from '../route.ts';
import type { RouteSettings } from '../settings/route-settings.ts';
import type { VirtualHost } from '../virtual-host.ts';
import { covers } from './certificate-builder.ts';

/** A host and the annotation that asks for a redirect to it, if there is one. */
export interface RedirectedHost {
  readonly host: VirtualHost;
  readonly from: Origin | undefined;
}

const built = new WeakMap<VirtualHost, { readonly host: VirtualHost; readonly settings: RouteSettings }>();

/**
 * The hosts that only redirect: `www.` put in front of a host, or taken away from it (annotation `from-to-www-redirect`),
 * unless somebody serves that name. They have the certificate of the host when that covers them. The node of a host that
 * did not change is kept.
 */
export function wwwRedirects(
  hosts: readonly RedirectedHost[],
  certificates: readonly Certificate[],
  settings: RouteSettings,
): readonly VirtualHost[] {
  const names = new Set(hosts.map(({ host }) => host.name));
  return hosts.flatMap(({ host, from }) => {
    const name = counterpart(host.name);
    if (from === undefined || host.match.kind !== 'exact' || names.has(name)) return [];
    const certificate = certificates.find(({ id }) => id === host.tls?.certificate);
    const covered = certificate?.names.some((own) => covers(own, name)) === true;
    return [redirecting({ name, to: host, covered, from }, settings)];
  });
}

function counterpart(name: string): string {
  return name.startsWith('www.') ? name.slice('www.'.length) : `www.${name}`;
}

interface Redirecting {
  readonly name: string;
  readonly to: VirtualHost;
  readonly covered: boolean;
  readonly from: Origin;
}

function redirecting({ name, to, covered, from }: Redirecting, settings: RouteSettings): VirtualHost {
  const before = built.get(to);
  if (before?.settings === settings && (before.host.tls !== undefined) === covered) return before.host;
  const route: Route = {
    match: { kind: 'prefix', path: '/' },
    action: { kind: 'redirect', redirect: { status: settings.redirectStatus, location: { kind: 'host', name: to.name } } },
    policies: settings.policies,
    from,
  };
  const host: VirtualHost = {
    name,
    match: { kind: 'exact', name },
    routes: [route],
    from,
    ...(covered && to.tls && { tls: to.tls }),
  };
  built.set(to, { host, settings });
  return host;
}
