import { diagnose } from '../observe/diagnostic.ts';
import type { Diagnostic } from '../observe/diagnostic.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { TlsSessions } from '../model/settings/transport-security.ts';
import type { FidelityTable } from './fidelity.ts';
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

/** The settings that say how sessions are taken up again. */
const ABOUT_SESSIONS: ReadonlySet<string> = new Set([
  'ssl-session-cache-size',
  'ssl-session-ticket-key',
  'ssl-session-tickets',
  'ssl-session-timeout',
]);

/** Tells of the settings that say how, where there are none. */
export function sessionFindings({ settings: { said }, virtualHosts }: Asking): readonly Diagnostic[] {
  const asking = virtualHosts.find(asksForCertificates);
  if (asking === undefined) return [];
  const message = `no TLS session is taken up again while a host asks clients for certificates, as ${asking.name} does`;
  return said.flatMap(({ key, from }) => (ABOUT_SESSIONS.has(key) ? [diagnose('SLU1509', from, message)] : []));
}

/** The same of the annotation that makes a host ask. */
export const clientSessionFidelity: FidelityTable = {
  'auth-tls-secret': {
    level: 'approximate',
    note: 'while a host asks clients for certificates no TLS session is taken up again, on any host',
  },
};
