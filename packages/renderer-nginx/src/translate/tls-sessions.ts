import { asksForCertificates } from '@sluice/core';
import type { TlsSessions, VirtualHost } from '@sluice/core';
import { directive } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import { digestOfText } from './resources.ts';

/**
 * Sessions that clients may take up again; the default server keeps those of all names. A certificate is looked at when a session
 * begins only: other authorities make other sessions, and where the default server asks for certificates, which it may do of clients that
 * go on to another name, there are none.
 */
export function tlsSessions(hosts: readonly VirtualHost[], { kept, keptBytes }: TlsSessions): Directive {
  const checking = hosts.filter(asksForCertificates);
  if (!kept || checking.some(({ match }) => match.kind === 'any')) return directive('ssl_session_cache', 'off');
  const checks = checking.map(({ name, clientAuth }) => [name, { ...clientAuth, from: undefined }]);
  return directive(
    'ssl_session_cache',
    `shared:sluice_tls${checks.length === 0 ? '' : `_${digestOfText(JSON.stringify(checks))}`}:${keptBytes}`,
  );
}
