import type { HeaderEdit, RoutedRequest, VirtualHost } from '@sluice/core';

/** The header lines about the client certificate that upstreams and authorities get; a client cannot set them itself. */
export function clientEdits({ clientAuth }: VirtualHost, { secure, tls }: Pick<RoutedRequest, 'secure' | 'tls'>): readonly HeaderEdit[] {
  if (clientAuth?.kind !== 'verify') return [];
  const certificate = tls?.certificate;
  return [
    edit('ssl-client-cert', clientAuth.passCertificate && certificate !== undefined ? escapePem(certificate.pem) : ''),
    edit('ssl-client-verify', secure ? (certificate?.verify ?? 'NONE') : ''),
    edit('ssl-client-subject-dn', certificate?.subject ?? ''),
    edit('ssl-client-issuer-dn', certificate?.issuer ?? ''),
  ];
}

function edit(name: string, value: string): HeaderEdit {
  return { op: value === '' ? 'remove' : 'set', name, value };
}

/** As nginx `$ssl_client_escaped_cert`: everything but letters, digits and `-._~` as percent escapes. */
function escapePem(pem: string): string {
  return encodeURIComponent(pem).replace(/[!*'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
