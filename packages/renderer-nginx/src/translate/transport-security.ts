import { KeyMaterial, sharedSessions } from '@sluice/core';
import type { RoutingModel, TransportSecurity } from '@sluice/core';
import { directive } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import type { Resources } from './resources.ts';
import type { Deployment } from './surroundings.ts';
import { isLive } from './surroundings.ts';

/** How TLS is spoken to all clients, in the http block. */
export function transportSecurity(
  model: Pick<RoutingModel, 'settings' | 'virtualHosts'>,
  deployment: Deployment,
  resources: Resources,
): readonly Directive[] {
  const { transportSecurity: security } = model.settings;
  const { protocols, ciphers, curves, recordBytes, earlyData, diffieHellman } = security;
  const { kept, keptBytes, timeoutMs, tickets } = sharedSessions(model);
  const versions = protocols.least === protocols.most ? [protocols.least] : [protocols.least, protocols.most];
  return [
    directive('ssl_protocols', ...versions),
    directive('ssl_prefer_server_ciphers', 'on'),
    directive('ssl_ciphers', ciphers),
    ...(curves.length === 0 ? [] : [directive('ssl_ecdh_curve', curves.join(':'))]),
    directive('ssl_session_timeout', `${Math.ceil(timeoutMs / 1000)}s`),
    directive('ssl_session_cache', kept ? `shared:sluice_tls:${keptBytes}` : 'off'),
    directive('ssl_session_tickets', tickets ? 'on' : 'off'),
    ...(tickets ? ticketKey(security, resources) : []),
    directive('ssl_buffer_size', recordBytes),
    ...(earlyData ? [directive('ssl_early_data', 'on')] : []),
    ...(diffieHellman === undefined
      ? []
      : [directive('ssl_dhparam', resources.file('transport', diffieHellman.pem, 'master', diffieHellman.from))]),
    ...(security.stapling && !isLive(deployment) ? [directive('ssl_stapling', 'on')] : []),
  ];
}

/** nginx reads the bytes themselves. */
function ticketKey({ sessions: { ticketKey: key } }: TransportSecurity, resources: Resources): readonly Directive[] {
  if (key === undefined) return [];
  const bytes = new KeyMaterial(Buffer.from(key.base64.reveal(), 'base64').toString('latin1'));
  return [directive('ssl_session_ticket_key', resources.keyBytes('transport', bytes, key.from))];
}
