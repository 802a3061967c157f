import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { Certificate, Culprit, RoutingModel } from '@sluice/core';
import { certificateFor, certificateNames } from '@sluice/core';

/** PEM. */
export interface KeyPairText {
  readonly cert: string;
  readonly key: string;
}

const pairs = new WeakMap<Certificate, KeyPairText>();
const contexts = new WeakMap<Certificate, SecureContext>();

/** The TLS context of a certificate, made once. Throws OpenSSL's error when it refuses the pair. */
export function contextOf(certificate: Certificate): SecureContext {
  let context = contexts.get(certificate);
  if (context === undefined)
    contexts.set(
      certificate,
      (context = createSecureContext({ cert: certificate.chain, key: certificate.privateKey.reveal(), minVersion: 'TLSv1.2' })),
    );
  return context;
}

/** The Secrets whose certificates OpenSSL refuses (a key that is too short, a broken chain). Its message could quote input, so only its code is passed on. */
export function refusedCertificates(model: RoutingModel): readonly Culprit[] {
  return model.certificates.flatMap((certificate) => {
    try {
      contextOf(certificate);
      return [];
    } catch (error) {
      const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no code';
      return [{ from: certificate.from, message: `the TLS library refuses the certificate (${code})` }];
    }
  });
}

/** As `certificateLookup`, for those who make contexts themselves. The same object for the same certificate. */
export function pairLookup(model: RoutingModel, fallback: KeyPairText): (serverName: string) => KeyPairText {
  const find = findCertificate(model);
  return (serverName) => {
    const certificate = find(serverName);
    if (certificate === undefined) return fallback;
    let pair = pairs.get(certificate);
    if (pair === undefined) pairs.set(certificate, (pair = { cert: certificate.chain, key: certificate.privateKey.reveal() }));
    return pair;
  };
}

/** Finds contexts by the name a client asks for: the exact host, then the wildcard above it, then the default. */
export function certificateLookup(model: RoutingModel, fallback: SecureContext): (serverName: string | undefined) => SecureContext {
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
