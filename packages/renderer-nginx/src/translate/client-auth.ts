import type { VirtualHost } from '@sluice/core';
import { block, directive, variable } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import { pcre } from './pattern.ts';
import type { Resources } from './resources.ts';

/** What a server asks of client certificates (`ssl_verify_client`), before anything else is looked at. */
export function clientAuth({ clientAuth: auth }: VirtualHost, resources: Resources): readonly Directive[] {
  if (auth === undefined) return [];
  if (auth.kind === 'unusable') return [{ ...directive('return', 403), from: auth.from }];
  const { mode, authorities, revocations, depth, errorPage, subject, from } = auth;
  const directives = [
    directive('ssl_client_certificate', resources.file('authorities', authorities, 'master', from)),
    ...(revocations === undefined ? [] : [directive('ssl_crl', resources.file('authorities', revocations, 'master', from))]),
    directive('ssl_verify_client', mode),
    directive('ssl_verify_depth', depth),
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
