import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { Certificate, RoutingModel } from '@sluice/core';
import { certificateFor, certificateNames } from '@sluice/core';

/** PEM. */
export interface KeyPairText {
  readonly cert: string;
  readonly key: string;
}

const pairs = new WeakMap<Certificate, KeyPairText>();
const contexts = new WeakMap<Certificate, SecureContext>();

/** The TLS context of a certificate, made once; the model has none that OpenSSL refuses. */
function contextOf(certificate: Certificate): SecureContext {
  let context = contexts.get(certificate);
  if (context === undefined)
    contexts.set(
      certificate,
      (context = createSecureContext({ cert: certificate.chain, key: certificate.privateKey.reveal(), minVersion: 'TLSv1.2' })),
    );
  return context;
}

/** As `certificateLookup`, for those who make contexts themselves. The same object for the same certificate. */
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

/** Finds contexts by the name that a client asks for; `fallback` where the model has no certificate for it. */
export function certificateLookup(model: RoutingModel, fallback: SecureContext): (serverName: string) => SecureContext {
  const find = findCertificate(model);
  return (serverName) => {
    const certificate = find(serverName);
    return certificate === undefined ? fallback : contextOf(certificate);
  };
}

function findCertificate(model: RoutingModel): (serverName: string | undefined) => Certificate | undefined {
  const names = certificateNames(model);
  return (serverName) => certificateFor(names, serverName);
}
