import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { ClientVerification, Culprit, RouteTable, RoutingModel, TransportSecurity } from '@sluice/core';
import type { KeyPairText } from './secure-contexts.ts';
import { transportOptions } from './transport-options.ts';

interface Made {
  readonly context: SecureContext;
  readonly security: TransportSecurity;
}

const contexts = new WeakMap<ClientVerification, WeakMap<KeyPairText, Made>>();

/** The TLS context of a certificate that checks clients, made once. Throws OpenSSL's error when it refuses what it is given. */
function verifyingContext(auth: ClientVerification, pair: KeyPairText, security: TransportSecurity): SecureContext {
  let known = contexts.get(auth);
  if (known === undefined) contexts.set(auth, (known = new WeakMap()));
  const made = known.get(pair);
  if (made?.security === security) return made.context;
  const { authorities: ca, revocations: crl } = auth;
  const context = createSecureContext({ ...transportOptions(security), ...pair, ca, ...(crl !== undefined && { crl }) });
  known.set(pair, { context, security });
  return context;
}

/** What checks the clients of a name; undefined where they are not checked. */
export function verifyingLookup(
  routes: RouteTable,
  pairFor: (serverName: string) => KeyPairText,
): (serverName: string) => SecureContext | undefined {
  return (serverName) => {
    const auth = routes.hostOf(serverName)?.clientAuth;
    if (auth?.kind !== 'verify' || auth.mode === 'off') return undefined;
    return verifyingContext(auth, pairFor(serverName), routes.settings.transportSecurity);
  };
}

/** The authorities and revocation lists that OpenSSL refuses. */
export function refusedAuthorities({ virtualHosts }: RoutingModel): readonly Culprit[] {
  return virtualHosts.flatMap(({ clientAuth }) => {
    if (clientAuth?.kind !== 'verify') return [];
    const { authorities: ca, revocations: crl } = clientAuth;
    try {
      createSecureContext({ ca, ...(crl !== undefined && { crl }) });
      return [];
    } catch {
      return [{ from: clientAuth.from, message: 'the TLS library refuses the authorities of client certificates' }];
    }
  });
}
