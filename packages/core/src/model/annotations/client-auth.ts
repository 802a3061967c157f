import { X509Certificate } from 'node:crypto';
import { diagnose } from '../../observe/diagnostic.ts';
import { compilePattern } from '../../regex/compile.ts';
import type { ClientAuthUnusable, ClientVerification } from '../client-auth.ts';
import { annotation } from './annotation.ts';
import type { AnnotationGroup, Contribution, References } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { ownObject } from './reference.ts';
import { bool, integer, oneOf, text } from './value-parsers.ts';

const TARGET = 'VirtualHost.clientAuth';

const tlsSecret = annotation({
  key: 'auth-tls-secret',
  risk: 'Medium',
  values: 'namespace/name of a Secret',
  effect: 'Demands client certificates signed by ca.crt of the Secret, on the whole host; ca.crl revokes certificates.',
  standard: 'no client certificates',
  target: TARGET,
  onInvalid: 'reject',
  parse: text.basic,
});

const verifyClient = annotation({
  key: 'auth-tls-verify-client',
  risk: 'Medium',
  values: 'on, off, optional or optional_no_ca',
  effect: 'Says whether a client certificate is needed; optional_no_ca leaves it to the backend to judge it.',
  standard: 'on',
  target: TARGET,
  onInvalid: 'fallback',
  parse: oneOf(['on', 'off', 'optional', 'optional_no_ca']),
});

const verifyDepth = annotation({
  key: 'auth-tls-verify-depth',
  risk: 'Low',
  values: 'a whole number from 0; 0 is 1',
  effect: 'Is the longest way from a client certificate to its authority.',
  standard: '1',
  target: TARGET,
  onInvalid: 'fallback',
  parse: (value) => {
    const parsed = integer(value);
    return parsed.ok && parsed.value < 0 ? { ok: false, reason: 'it must not be negative' } : parsed;
  },
});

const errorPage = annotation({
  key: 'auth-tls-error-page',
  risk: 'High',
  values: 'an http or https URL without query; with a path it stays 400',
  effect: 'Redirects clients without a valid certificate here, instead of 400.',
  standard: '400',
  target: TARGET,
  onInvalid: 'reject',
  parse: (value) =>
    /^(?:https?:\/\/[\w.-]+(?::\d{1,5})?)?\/[\w\-./~%]*$/.test(value)
      ? { ok: true, value }
      : { ok: false, reason: 'it must be a path, or http:// or https://, a host and a path' },
});

const passCertificate = annotation({
  key: 'auth-tls-pass-certificate-to-upstream',
  risk: 'Low',
  values: 'true or false',
  effect: 'Sends the client certificate to the backend, as ssl-client-cert.',
  standard: 'false',
  target: TARGET,
  onInvalid: 'reject',
  parse: bool,
});

const matchCn = annotation({
  key: 'auth-tls-match-cn',
  risk: 'High',
  values: 'CN= and a regular expression',
  effect: 'Answers 403 unless the subject of the client certificate matches.',
  standard: 'every subject',
  target: TARGET,
  onInvalid: 'reject',
  parse: (value) => {
    if (!value.startsWith('CN=')) return { ok: false, reason: 'it must start with CN=' };
    const compiled = compilePattern(value, { ignoreCase: false, anchoredStart: false });
    return compiled.ok ? { ok: true, value } : { ok: false, reason: compiled.reason };
  },
});

/** Client certificates. */
export const clientAuthGroup: AnnotationGroup = {
  name: 'client-auth',
  needs: 'auth-tls-secret',
  annotations: [tlsSecret, verifyClient, verifyDepth, errorPage, passCertificate, matchCn],
  contribute,
};

function contribute(settings: IngressSettings, references: References): Contribution {
  const written = settings.get(tlsSecret);
  if (written === undefined) return {};
  const from = settings.from(tlsSecret);
  const found = authoritiesOf(written.replaceAll(' ', ''), settings, references);
  if ('wrong' in found) {
    const clientAuth: ClientAuthUnusable = { kind: 'unusable', because: found.wrong, from };
    return { host: { clientAuth }, diagnostics: [diagnose('SLU1506', from, `${found.wrong}; the whole host answers 403`)] };
  }
  const page = settings.get(errorPage);
  const elsewhere = page?.startsWith('/') === false ? page : undefined;
  const subject = settings.get(matchCn);
  const clientAuth: ClientVerification = {
    kind: 'verify',
    mode: settings.get(verifyClient) ?? 'on',
    ...found,
    depth: settings.get(verifyDepth) || 1,
    ...(elsewhere !== undefined && { errorPage: elsewhere }),
    passCertificate: settings.get(passCertificate) === true,
    ...(subject !== undefined && { subject }),
    from,
  };
  if (page === elsewhere) return { host: { clientAuth } };
  const note = 'a path cannot be shown without a certificate: such clients are answered 400';
  return { host: { clientAuth }, diagnostics: [diagnose('SLU1509', settings.from(errorPage), note)] };
}

type Authorities = Pick<ClientVerification, 'authorities' | 'revocations'> | { readonly wrong: string };

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const REVOCATIONS = /-----BEGIN X509 CRL-----[^-]*-----END X509 CRL-----/g;

function authoritiesOf(written: string, settings: IngressSettings, references: References): Authorities {
  const reference = ownObject(written, settings, false);
  if ('wrong' in reference) return reference;
  const secret = references.secret(reference.id);
  if (secret === undefined) return { wrong: `Secret ${reference.id} does not exist` };
  const certificates = secret.data['ca.crt']?.reveal().match(CERTIFICATE) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate))
    return { wrong: `Secret ${reference.id} has no certificates under the key ca.crt` };
  const lists = secret.data['ca.crl'];
  if (lists === undefined) return { authorities: certificates.join('\n') };
  const revocations = lists.reveal().match(REVOCATIONS) ?? [];
  if (revocations.length === 0) return { wrong: `Secret ${reference.id} has no revocation list under the key ca.crl` };
  return { authorities: certificates.join('\n'), revocations: revocations.join('\n') };
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).subject !== undefined;
  } catch {
    return false;
  }
}
