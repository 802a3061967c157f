import { diagnose } from '../observe/diagnostic.ts';
import type { Diagnostic } from '../observe/diagnostic.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { TlsSessions } from '../model/settings/transport-security.ts';
import type { VirtualHost } from '../model/virtual-host.ts';

/** Whether clients are asked for certificates. */
export function asksForCertificates({ clientAuth: auth }: Pick<VirtualHost, 'clientAuth'>): boolean {
  return auth?.kind === 'verify' && auth.mode !== 'off';
}

type Asking = Pick<RoutingModel, 'settings' | 'virtualHosts'>;

/**
 * How sessions may be taken up again by proxies that keep those of all hosts together. A certificate of a client is looked at when a session begins
 * only, which may have been for another host (nginx before 1.26.3 and 1.27.4: CVE-2025-23419) or while another authority counted: where a host asks
 * for certificates there are none.
 */
export function sharedSessions({ settings: { transportSecurity }, virtualHosts }: Asking): TlsSessions {
  const { sessions } = transportSecurity;
  return virtualHosts.some(asksForCertificates) ? { ...sessions, kept: false, tickets: false } : sessions;
}

/** Tells where that takes tickets away which were asked for. */
export function ticketFindings({ settings: { said, transportSecurity }, virtualHosts }: Asking): readonly Diagnostic[] {
  const asking = virtualHosts.find(asksForCertificates);
  const from = said.find(({ key }) => key === 'ssl-session-tickets')?.from;
  if (asking === undefined || from === undefined || !transportSecurity.sessions.tickets) return [];
  return [diagnose('SLU1509', from, `clients get no tickets while a host asks them for certificates, as ${asking.name} does`)];
}
