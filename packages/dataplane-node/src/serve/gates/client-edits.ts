import type { HeaderEdit, RoutedRequest, VirtualHost } from '@sluice/core';

const noCertificate = { subject: '', issuer: '', pem: '' };

/** The header lines about the client certificate that upstreams and authorities get; a client cannot set them itself. */
export function clientEdits({ clientAuth }: VirtualHost, { secure, tls }: Pick<RoutedRequest, 'secure' | 'tls'>): readonly HeaderEdit[] {
  if (clientAuth?.kind !== 'verify') return [];
  const { verify, subject, issuer, pem } = tls?.certificate ?? { ...noCertificate, verify: secure ? 'NONE' : '' };
  return [
    edit('ssl-client-cert', clientAuth.passCertificate ? escapePem(pem) : ''),
    edit('ssl-client-verify', verify),
    edit('ssl-client-subject-dn', subject),
    edit('ssl-client-issuer-dn', issuer),
  ];
}

function edit(name: string, value: string): HeaderEdit {
  return { op: value === '' ? 'remove' : 'set', name, value };
}

/** As nginx `$ssl_client_escaped_cert`: everything but letters, digits and `-._~` as percent escapes. */
function escapePem(pem: string): string {
  return encodeURIComponent(pem).replace(/[!*'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
