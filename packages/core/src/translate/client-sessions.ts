import { diagnose } from '../observe/diagnostic.ts';
import type { Diagnostic } from '../observe/diagnostic.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { VirtualHost } from '../model/virtual-host.ts';

/** Whether clients are asked for certificates. */
export function asksForCertificates({ clientAuth: auth }: Pick<VirtualHost, 'clientAuth'>): boolean {
  return auth?.kind === 'verify' && auth.mode !== 'off';
}

/**
 * Tells that tickets have no effect, for proxies that give none out where a host asks for certificates: a session that is taken up again brings the
 * certificate of its beginning along, whichever host is asked for, and whether or not its authority still counts.
 */
export function ticketFindings({ settings: { said, transportSecurity }, virtualHosts }: RoutingModel): readonly Diagnostic[] {
  const asking = virtualHosts.find(asksForCertificates);
  const from = said.find(({ key }) => key === 'ssl-session-tickets')?.from;
  if (asking === undefined || from === undefined || !transportSecurity.sessions.tickets) return [];
  return [diagnose('SLU1509', from, `clients get no tickets while a host asks them for certificates, as ${asking.name} does`)];
}
