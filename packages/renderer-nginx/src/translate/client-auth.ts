import { asksForCertificates, pcre } from '@sluice/core';
import type { VirtualHost } from '@sluice/core';
import { block, directive, literal, text, variable } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import type { Resources } from './resources.ts';

/** What a server asks of client certificates (`ssl_verify_client`), before anything else is looked at. */
export function clientAuth(host: VirtualHost, resources: Resources): readonly Directive[] {
  const { clientAuth: auth } = host;
  if (auth === undefined) return [];
  if (auth.kind === 'unusable') return [{ ...directive('return', 403), from: auth.from }];
  const { mode, authorities, revocations, depth, errorPage, subject, from } = auth;
  const directives = [
    directive('ssl_client_certificate', resources.file('authorities', authorities, 'master', from)),
    ...(revocations === undefined ? [] : [directive('ssl_crl', resources.file('authorities', revocations, 'master', from))]),
    directive('ssl_verify_client', mode),
    directive('ssl_verify_depth', depth),
    ...(checksHandshake(host) ? handshake(resources) : []),
    ...(errorPage === undefined ? [] : [directive('error_page', 495, 496, '=', errorPage)]),
    ...(subject === undefined
      ? []
      : [
          block(
            'if',
            ['(', variable('ssl_client_s_dn'), '!~', pcre(subject, { ignoreCase: false, anchored: false }), ')'],
            [directive('return', 403)],
          ),
        ]),
  ];
  return directives.map((one) => ({ ...one, from }));
}

/** Whether a certificate may have been checked for another host: where the name of the handshake is not known, the default one does it. */
export function checksHandshake(host: VirtualHost): boolean {
  return asksForCertificates(host) && host.match.kind !== 'any';
}

/** Is 1 for a certificate that was shown in a handshake that was not for the host of the request (nginx looks only where it knows the name). */
const MISDIRECTED = 'sluice_misdirected';

function handshake(resources: Resources): readonly Directive[] {
  const named = 'sluice_handshake_elsewhere';
  resources.share(MISDIRECTED, [
    block(
      'map',
      [text({ variable: 'host' }, ' ', { variable: 'ssl_server_name' }), variable(named)],
      [directive('~*^([^ ]+) \\1\\z', literal('')), directive('default', 1)],
    ),
    block(
      'map',
      [variable('ssl_client_verify'), variable(MISDIRECTED)],
      [directive('', literal('')), directive('NONE', literal('')), directive('default', variable(named))],
    ),
  ]);
  return [block('if', ['(', variable(MISDIRECTED), ')'], [directive('return', 421)])];
}
