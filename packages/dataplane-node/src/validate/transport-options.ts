import { createHash, constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import type { TransportSecurity } from '@sluice/core';

/** A cipher list of Node.js has those of TLS 1.3, too; these are the ones of OpenSSL. */
const SUITES = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';

type TransportOptions = SecureContextOptions & { readonly ticketKeys?: Buffer };

const known = new WeakMap<TransportSecurity, TransportOptions>();

/** How TLS is spoken to clients, for contexts and servers; the same object for the same settings. */
export function transportOptions(security: TransportSecurity): TransportOptions {
  let options = known.get(security);
  if (options === undefined) known.set(security, (options = optionsOf(security)));
  return options;
}

/**
 * Node.js keeps no sessions, but gives clients tickets: where a server is to remember sessions this is as good. Its ticket keys have 48 bytes; one of
 * any length is made such a one.
 */
function optionsOf({ protocols, ciphers, curves, sessions, diffieHellman }: TransportSecurity): TransportOptions {
  const { kept, tickets, ticketKey, timeoutMs } = sessions;
  const resumes = kept || tickets;
  return {
    minVersion: protocols.least,
    maxVersion: protocols.most,
    honorCipherOrder: true,
    ciphers: `${SUITES}:${ciphers}`,
    sessionTimeout: Math.ceil(timeoutMs / 1000),
    ...(curves.length > 0 && { ecdhCurve: curves.join(':') }),
    ...(diffieHellman !== undefined && { dhparam: diffieHellman.pem }),
    ...(!resumes && { secureOptions: constants.SSL_OP_NO_TICKET }),
    ...(tickets && ticketKey !== undefined && { ticketKeys: createHash('sha384').update(ticketKey.base64.reveal(), 'base64').digest() }),
  };
}
