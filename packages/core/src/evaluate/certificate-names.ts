import type { Certificate } from '../model/certificate.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { HostAliases } from '../model/virtual-host.ts';
import { canonicalHost } from './canonical-host.ts';
import { wildcardAbove } from './match.ts';

/** The name under which the default certificate stands, where a Secret holds that. */
export const DEFAULT_NAME = '*';

/** Which certificate a name is served with; undefined for a name that gets the default certificate although it has hosts around it. */
export type CertificateNames = ReadonlyMap<string, Certificate | undefined>;

/** The names of hosts with TLS, wildcards as `*.example.com`, and the aliases that the certificate of their host lists. */
export function certificateNames({ certificates, virtualHosts }: RoutingModel): CertificateNames {
  const byId = new Map(certificates.map((certificate) => [certificate.id, certificate]));
  const names = new Map<string, Certificate | undefined>();
  const aliased = new Map<string, Certificate>();
  for (const { name, tls, aliases } of virtualHosts) {
    if (tls === undefined) continue;
    const certificate = tls.certificate === undefined ? undefined : byId.get(tls.certificate);
    names.set(name, certificate);
    for (const alias of exactNames(aliases)) if (certificate !== undefined && covers(certificate, alias)) aliased.set(alias, certificate);
  }
  for (const [alias, certificate] of aliased) if (!names.has(alias)) names.set(alias, certificate);
  return names;
}

/**
 * The certificate for the name that a client asks for: that of the name itself, of the wildcard above it, or the default one, which is also for
 * clients that ask for no name. Undefined for a self-signed one.
 */
export function certificateFor(names: CertificateNames, serverName: string | undefined): Certificate | undefined {
  const name = serverName === undefined ? undefined : canonicalHost(serverName);
  const standard = names.get(DEFAULT_NAME);
  if (name === undefined) return standard;
  return (names.has(name) ? names.get(name) : names.get(wildcardAbove(name) ?? '')) ?? standard;
}

function exactNames(aliases: HostAliases | undefined): readonly string[] {
  return (aliases?.matches ?? []).flatMap((match) => (match.kind === 'exact' ? match.name : []));
}

function covers({ names }: Certificate, name: string): boolean {
  return names.includes(name) || names.includes(wildcardAbove(name) ?? '');
}
