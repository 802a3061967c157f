import { diagnose } from '../observe/diagnostic.ts';
import type { Diagnostic } from '../observe/diagnostic.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { VirtualHost } from '../model/virtual-host.ts';

/** Whether clients are asked for certificates. */
export function asksForCertificates({ clientAuth: auth }: Pick<VirtualHost, 'clientAuth'>): boolean {
  return auth?.kind === 'verify' && auth.mode !== 'off';
}

/** Settings about sessions, with the values that have no effect where clients are asked for certificates. */
const SESSION_SETTINGS = { 'ssl-session-tickets': 'clients get no tickets', 'ssl-session-cache': 'no sessions are kept' } as const;

/**
 * What becomes of said settings where proxies give up sessions because a host asks for certificates: a session that is taken up again brings the
 * certificate of its beginning along, whichever host is asked for, and whether or not its authority still counts.
 */
export function clientSessionFindings(
  { settings: { said, transportSecurity }, virtualHosts }: RoutingModel,
  givenUp: readonly (keyof typeof SESSION_SETTINGS)[],
): readonly Diagnostic[] {
  const asking = virtualHosts.find(asksForCertificates);
  const { kept, tickets } = transportSecurity.sessions;
  const wanted = { 'ssl-session-tickets': tickets, 'ssl-session-cache': kept };
  if (asking === undefined) return [];
  return givenUp.flatMap((key) => {
    const from = said.find((one) => one.key === key)?.from;
    if (from === undefined || !wanted[key]) return [];
    return [diagnose('SLU1509', from, `${SESSION_SETTINGS[key]} while a host asks them for certificates, as ${asking.name} does`)];
  });
}
