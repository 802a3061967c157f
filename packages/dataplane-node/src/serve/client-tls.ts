import type { PeerCertificate, TLSSocket } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { ClientAuth, ClientCertificate, ClientTls } from '@sluice/core';

/** As OpenSSL words them, and nginx `$ssl_client_verify` with it. */
const REASONS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed certificate in certificate chain',
  UNABLE_TO_GET_ISSUER_CERT: 'unable to get issuer certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unable to get local issuer certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unable to verify the first certificate',
  CERT_HAS_EXPIRED: 'certificate has expired',
  CERT_NOT_YET_VALID: 'certificate is not yet valid',
  CERT_REVOKED: 'certificate revoked',
};

/** What nginx overlooks with `optional_no_ca`. */
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What a finished handshake says about the client; `authOf` tells what a host demands. */
export function clientTlsOf(socket: TLSSocket, authOf: (serverName: string) => ClientAuth | undefined): ClientTls {
  const { servername } = socket as { servername?: string | false | null };
  const serverName = typeof servername === 'string' ? servername.toLowerCase().replace(/\.$/, '') : '';
  const certificate = certificateOf(socket);
  if (certificate === undefined) return { serverName };
  const auth = authOf(serverName);
  return { serverName, certificate, checkedBy: auth?.kind === 'verify' ? auth : undefined };
}

function certificateOf(socket: TLSSocket): ClientCertificate | undefined {
  const shown = socket.getPeerX509Certificate();
  if (shown === undefined) return undefined;
  const error = socket.authorized ? '' : String(socket.authorizationError);
  return {
    verify: error === '' ? 'SUCCESS' : `FAILED:${REASONS[error] ?? error.toLowerCase().replaceAll('_', ' ')}`,
    unknownAuthority: UNKNOWN_AUTHORITY.has(error),
    intermediates: intermediatesOf(socket),
    subject: distinguishedName(shown.subject),
    issuer: distinguishedName(shown.issuer),
    pem: shown.toString(),
  };
}

/** Certificates above that of the client, without that of the authority: Node has that one only where the client sends it. */
function intermediatesOf(socket: TLSSocket): number {
  const seen = new Set<string>();
  let link: PeerCertificate | undefined = socket.getPeerCertificate(true);
  let selfIssued = false;
  while (link?.fingerprint256 !== undefined && !seen.has(link.fingerprint256)) {
    seen.add(link.fingerprint256);
    selfIssued = isDeepStrictEqual(link.subject, link.issuer);
    link = 'issuerCertificate' in link ? (link.issuerCertificate as PeerCertificate | undefined) : undefined;
  }
  return Math.max(0, seen.size - (selfIssued ? 2 : 1));
}

/** One line as RFC 2253 has it, of the lines that Node writes: the last first, bytes beyond ASCII escaped. */
function distinguishedName(lines: string | undefined): string {
  return (lines ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .toReversed()
    .map((line) => line.replaceAll(' + ', '+').replace(/[^\x20-\x7e]/gu, escapeBytes))
    .join(',');
}

function escapeBytes(char: string): string {
  return [...Buffer.from(char, 'utf8')].map((byte) => `\\${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
