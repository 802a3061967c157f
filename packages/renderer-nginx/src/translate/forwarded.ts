import type { ForwardedTrust, ProxyProtocol, ServingSettings } from '@sluice/core';
import { block, directive, literal, text, variable } from '../render/directive.ts';
import type { Argument, Directive } from '../render/directive.ts';
import { httpsPortOf } from './surroundings.ts';
import type { Deployment } from './surroundings.ts';

/** What nginx makes of the words of other proxies: the address of the client, in every variable, and `$sluice_told_...`. */
export function forwardedDirectives({ forwarded, proxyProtocol }: ServingSettings, deployment: Deployment): readonly Directive[] {
  return [...realIp(forwarded, proxyProtocol), ...serverPort(proxyProtocol), ...told(forwarded, deployment)];
}

/** The one header that may come on several lines, and that only when it is written so: of every other one nginx looks at the first line. */
const EVERY_LINE = 'X-Forwarded-For';

function realIp({ peers, forHeader }: ForwardedTrust, { peers: proxies }: ProxyProtocol): readonly Directive[] {
  if (proxies !== undefined)
    return [directive('real_ip_header', 'proxy_protocol'), ...proxies.map((peer) => directive('set_real_ip_from', peer))];
  if (peers.length === 0) return [];
  return [
    directive('real_ip_header', forHeader === EVERY_LINE.toLowerCase() ? EVERY_LINE : forHeader),
    directive('real_ip_recursive', 'on'),
    ...peers.map((peer) => directive('set_real_ip_from', peer)),
  ];
}

/** The port to which the client came, as it knows it. */
function serverPort({ peers }: ProxyProtocol): readonly Directive[] {
  const own = variable('server_port');
  if (peers === undefined) return [map('server_port', 'sluice_server_port', [], own)];
  return [map('proxy_protocol_server_port', 'sluice_server_port', [directive('', own)], variable('proxy_protocol_server_port'))];
}

function told({ way, wholeList, forHeader }: ForwardedTrust, deployment: Deployment): readonly Directive[] {
  const list = headerVariable(forHeader);
  const seen = block(
    'map',
    [variable('scheme'), variable('sluice_seen_port')],
    [directive('https', literal('443')), otherwise(variable('sluice_server_port'))],
  );
  const addresses = wholeList
    ? map(
        list,
        'sluice_told_addresses',
        [directive('', variable('realip_remote_addr'))],
        text({ variable: list }, ', ', { variable: 'realip_remote_addr' }),
      )
    : map('remote_addr', 'sluice_told_addresses', [], variable('remote_addr'));
  if (!way)
    return [
      seen,
      addresses,
      map('scheme', 'sluice_told_scheme', [], variable('scheme')),
      map('sluice_authority', 'sluice_told_host', [], variable('sluice_authority')),
      map('sluice_seen_port', 'sluice_port', [], variable('sluice_seen_port')),
    ];
  return [
    seen,
    addresses,
    map('http_x_forwarded_proto', 'sluice_told_scheme', [directive('', variable('scheme'))], variable('http_x_forwarded_proto')),
    map('http_x_forwarded_host', 'sluice_told_host', [directive('~^ *([^, ]+)', variable('1'))], variable('sluice_authority')),
    map(
      'http_x_forwarded_port',
      'sluice_port',
      [directive('', variable('sluice_seen_port')), directive(String(httpsPortOf(deployment)), literal('443'))],
      variable('http_x_forwarded_port'),
    ),
  ];
}

function otherwise(value: Argument): Directive {
  return directive('default', value);
}

function map(source: string, name: string, entries: readonly Directive[], standard: Argument): Directive {
  return block('map', [variable(source), variable(name)], [...entries, otherwise(standard)]);
}

/** `$http_NAME` of a header. */
export function headerVariable(name: string): string {
  return `http_${name.toLowerCase().replaceAll('-', '_')}`;
}
