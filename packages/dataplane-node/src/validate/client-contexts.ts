import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { ClientVerification, Culprit, RouteTable, RoutingModel } from '@sluice/core';
import type { KeyPairText } from './secure-contexts.ts';

const contexts = new WeakMap<ClientVerification, WeakMap<KeyPairText, SecureContext>>();

/** The TLS context of a certificate that checks clients, made once. Throws OpenSSL's error when it refuses what it is given. */
function verifyingContext(auth: ClientVerification, pair: KeyPairText): SecureContext {
  let known = contexts.get(auth);
  if (known === undefined) contexts.set(auth, (known = new WeakMap()));
  let context = known.get(pair);
  if (context === undefined) {
    const { authorities: ca, revocations: crl } = auth;
    known.set(pair, (context = createSecureContext({ ...pair, ca, ...(crl !== undefined && { crl }), minVersion: 'TLSv1.2' })));
  }
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
    return verifyingContext(auth, pairFor(serverName));
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
