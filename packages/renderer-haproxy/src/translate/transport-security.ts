import { KeyMaterial, sharedSessions } from '@sluice/core';
import type { RoutingModel, ServingSettings, TransportSecurity } from '@sluice/core';
import type { GeneratedFile } from '../render/haproxy-table.ts';
import { line } from '../render/line.ts';
import type { Line } from '../render/line.ts';

const PARAMETERS = 'transport/dhparam.pem';
const TICKET_KEYS = 'transport/ticket-keys';
/** Memory that HAProxy needs for a session. */
const SESSION_BYTES = 200;
/** So many keys a file of them must have (`TLS_TICKETS_NO`). */
const TICKET_KEY_COUNT = 3;

/** The settings with those sessions that may be: HAProxy keeps sessions of all hosts together. */
export function withSharedSessions(model: Pick<RoutingModel, 'settings' | 'virtualHosts'>): ServingSettings {
  const { settings } = model;
  return { ...settings, transportSecurity: { ...settings.transportSecurity, sessions: sharedSessions(model) } };
}

/** How TLS is spoken to all clients, in the global section. */
export function transportLines({ protocols, ciphers, sessions, diffieHellman }: TransportSecurity): readonly Line[] {
  const tickets = sessions.tickets ? [] : ['no-tls-tickets'];
  return [
    line('tune.ssl.default-dh-param', 2048),
    line('tune.ssl.cachesize', sessions.kept ? Math.floor(sessions.keptBytes / SESSION_BYTES) : 0),
    line('tune.ssl.lifetime', `${Math.ceil(sessions.timeoutMs / 1000)}s`),
    line('ssl-default-bind-options', 'ssl-min-ver', protocols.least, 'ssl-max-ver', protocols.most, ...tickets),
    line('ssl-default-bind-ciphers', ciphers),
    ...(diffieHellman === undefined ? [] : [line('ssl-dh-param-file', `current/${PARAMETERS}`)]),
  ];
}

/** The same, of the listeners. */
export function transportWords({ curves, sessions, refusesUnknownNames }: TransportSecurity): readonly string[] {
  return [
    ...(curves.length === 0 ? [] : ['curves', curves.join(':')]),
    ...(sessions.tickets && sessions.ticketKey !== undefined ? ['tls-ticket-keys', `current/${TICKET_KEYS}`] : []),
    ...(refusesUnknownNames ? ['strict-sni'] : []),
  ];
}

/** What they name. */
export function transportFiles({ diffieHellman, sessions: { tickets, ticketKey } }: TransportSecurity): readonly GeneratedFile[] {
  const key = tickets ? ticketKey : undefined;
  return [
    ...(diffieHellman === undefined
      ? []
      : [{ path: PARAMETERS, label: 'the parameters of DHE', content: diffieHellman.pem, from: diffieHellman.from }]),
    ...(key === undefined ? [] : [{ path: TICKET_KEYS, label: 'the key of TLS tickets', content: keyLines(key.base64), from: key.from }]),
  ];
}

function keyLines(key: KeyMaterial): KeyMaterial {
  return new KeyMaterial(`${key.reveal()}\n`.repeat(TICKET_KEY_COUNT));
}
