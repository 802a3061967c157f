import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { Certificate, RoutingModel, TransportSecurity } from '@sluice/core';
import { certificateFor, certificateNames } from '@sluice/core';
import { transportOptions } from './transport-options.ts';

/** PEM. */
export interface KeyPairText {
  readonly cert: string;
  readonly key: string;
}

const pairs = new WeakMap<Certificate, KeyPairText>();
const contexts = new WeakMap<TransportSecurity, WeakMap<KeyPairText, SecureContext>>();

/** The TLS context of a certificate, made once; the model has none that OpenSSL refuses. */
export function contextOf(pair: KeyPairText, security: TransportSecurity): SecureContext {
  let known = contexts.get(security);
  if (known === undefined) contexts.set(security, (known = new WeakMap()));
  let context = known.get(pair);
  if (context === undefined) known.set(pair, (context = createSecureContext({ ...transportOptions(security), ...pair })));
  return context;
}

/** Finds certificates by the name that a client asks for; `fallback` where the model has none for it. The same object for the same certificate. */
export function pairLookup(model: RoutingModel, fallback: KeyPairText): (serverName: string | undefined) => KeyPairText {
  const find = findCertificate(model);
  return (serverName) => {
    const certificate = find(serverName);
    if (certificate === undefined) return fallback;
    let pair = pairs.get(certificate);
    if (pair === undefined) pairs.set(certificate, (pair = { cert: certificate.chain, key: certificate.privateKey.reveal() }));
    return pair;
  };
}

function findCertificate(model: RoutingModel): (serverName: string | undefined) => Certificate | undefined {
  const names = certificateNames(model);
  return (serverName) => certificateFor(names, serverName);
}
