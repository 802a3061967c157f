import { checkServerIdentity, createSecureContext } from 'node:tls';
import type { ConnectionOptions, DetailedPeerCertificate } from 'node:tls';
import type { UpstreamTls } from '@sluice/core';

/** What TLS connections to an endpoint are opened with. */
export type UpstreamTlsOptions = Pick<ConnectionOptions, 'secureContext' | 'rejectUnauthorized' | 'servername' | 'checkServerIdentity'>;

/** TLS to endpoints of which nothing is known: any certificate will do, no name is sent. */
export const plainTls: UpstreamTls = {
  id: 'tls',
  verify: false,
  verifyDepth: 1,
  sendServerName: false,
  protocols: ['TLSv1.2', 'TLSv1.3'],
};

const known = new WeakMap<UpstreamTls, UpstreamTlsOptions>();

/** The options of `tls.connect` for these settings, made once. Throws when they hold something that OpenSSL refuses. */
export function tlsOptions(tls: UpstreamTls): UpstreamTlsOptions {
  let options = known.get(tls);
  if (options === undefined) known.set(tls, (options = optionsOf(tls)));
  return options;
}

function optionsOf({
  client,
  authorities,
  verify,
  verifyDepth,
  name = '',
  sendServerName,
  protocols,
  ciphers,
}: UpstreamTls): UpstreamTlsOptions {
  const secureContext = createSecureContext({
    ...(client && { cert: client.chain, key: client.privateKey.reveal() }),
    ...(authorities !== undefined && { ca: authorities }),
    ...(ciphers !== undefined && { ciphers }),
    minVersion: protocols.includes('TLSv1.2') ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: protocols.includes('TLSv1.3') ? 'TLSv1.3' : 'TLSv1.2',
  });
  return {
    secureContext,
    rejectUnauthorized: verify,
    servername: sendServerName ? name : '',
    checkServerIdentity: (_host, certificate) =>
      checkServerIdentity(name, certificate) ?? checkDepth(certificate as DetailedPeerCertificate, verifyDepth),
  };
}

/** nginx's `proxy_ssl_verify_depth` counts the certificates between that of the endpoint and the root. */
function checkDepth(leaf: DetailedPeerCertificate, most: number): Error | undefined {
  let between = -1;
  for (
    let at = leaf;
    at.issuerCertificate !== undefined && at.issuerCertificate.fingerprint256 !== at.fingerprint256;
    at = at.issuerCertificate
  )
    between++;
  return between > most ? new Error(`${between} certificates are between that of the endpoint and the root, ${most} may be`) : undefined;
}
