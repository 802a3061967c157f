import { serverToken } from '@sluice/core';
import type { ServingSettings } from '@sluice/core';
import { block, directive, literal, text, variable } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import { DOLLAR } from '../render/quote.ts';

function mapping(source: Directive['args'][number], name: string, ...entries: readonly Directive[]): Directive {
  return block('map', [source, variable(name)], entries);
}

/** What `Server` says; Lua sends it. */
const SERVERS: Readonly<Record<ServingSettings['answerHeaders']['server'], Directive['args'][number]>> = {
  none: literal(''),
  upstream: variable('upstream_http_server'),
  own: literal(serverToken),
};

function otherwise(value: Directive['args'][number]): Directive {
  return directive('default', value);
}

/** Variables that the locations speak with; see `variables.ts` and `redirect.ts`. */
export function httpVariables(settings: ServingSettings): readonly Directive[] {
  return [
    ...settingVariables(settings),
    block('geo', [variable(DOLLAR)], [directive('default', '$')]),
    // An upstream would speak HTTP/2 behind the back of the routes.
    mapping(variable('http_upgrade'), 'sluice_upgrade', directive('~*h2c', literal('')), otherwise(variable('http_upgrade'))),
    mapping(variable('sluice_upgrade'), 'sluice_connection', otherwise(literal('upgrade')), directive('', literal(''))),
    mapping(variable('sluice_authority'), 'sluice_unnamed_host', otherwise(variable('sluice_authority')), directive('', variable('host'))),
    // The authority of a request line with a whole URL goes before the Host header (RFC 9112 section 3.2.2).
    mapping(
      variable('request'),
      'sluice_authority',
      directive('~^[^ ]+ [A-Za-z][A-Za-z0-9+.-]*://([^/?# ]*)', variable('1')),
      otherwise(variable('http_host')),
    ),
    mapping(variable('sluice_authority'), 'sluice_named_host', otherwise(variable('host')), directive('', literal(''))),
    mapping(
      variable('sluice_told_host'),
      'sluice_redirect_host',
      directive('', literal('_')),
      directive('~^(\\[[^]]*\\]|[^:]*)', variable('1')),
      otherwise(variable('host')),
    ),
    mapping(variable('request_uri'), 'sluice_slashless_uri', directive('~^(.*)/$', variable('1')), otherwise(variable('request_uri'))),
    mapping(variable('request_uri'), 'sluice_query', directive('~^[^?#]*(\\?[^#]*)', variable('1')), otherwise(literal(''))),
    mapping(
      text({ variable: 'scheme' }, ' ', { variable: 'server_port' }),
      'sluice_port_suffix',
      directive('http 80', literal('')),
      directive('~^http ([0-9]+)$', text(':', { variable: '1' })),
      otherwise(literal('')),
    ),
    mapping(
      text({ variable: 'sluice_told_scheme' }, ' ', { variable: 'sluice_named_host' }),
      'sluice_nameless_http',
      directive('~^http _?$', 1),
      otherwise(literal('')),
    ),
    mapping(variable('scheme'), 'sluice_cookie_secure', directive('https', literal('; Secure')), otherwise(literal(''))),
    mapping(variable('request_method'), 'sluice_page_method', directive('HEAD', literal('HEAD')), otherwise(literal('GET'))),
  ];
}

/** Those that settings make. */
function settingVariables({ strictTransport, answerHeaders, forwarded: { way }, requestIds }: ServingSettings): readonly Directive[] {
  const host = variable(way ? 'sluice_told_header' : 'http_host');
  return [
    mapping(
      variable('http_x_request_id'),
      'sluice_request_id',
      otherwise(variable('http_x_request_id')),
      ...(requestIds.generated ? [directive('', variable('request_id'))] : []),
    ),
    // A host that others tell goes before.
    mapping(host, 'sluice_host_header', otherwise(host), directive('', variable('sluice_unnamed_host'))),
    mapping(
      variable('http_x_forwarded_host'),
      'sluice_told_header',
      directive('~^ *([^, ]+)', variable('1')),
      otherwise(variable('http_host')),
    ),
    mapping(
      variable('scheme'),
      'sluice_hsts',
      ...(strictTransport.header === undefined ? [] : [directive('https', literal(strictTransport.header))]),
      otherwise(
        answerHeaders.hidden.includes('strict-transport-security') ? literal('') : variable('upstream_http_strict_transport_security'),
      ),
    ),
    mapping(literal(''), 'sluice_server_header', otherwise(SERVERS[answerHeaders.server])),
  ];
}
