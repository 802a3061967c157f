import { diagnose, endpointKey, streamName } from '@sluice/core';
import type { Diagnostic, StreamService, StreamTimes } from '@sluice/core';
import { block, directive, literal, variable } from '../render/directive.ts';
import type { Directive, Word } from '../render/directive.ts';
import type { StreamTree } from '../render/nginx-tree.ts';
import { isAtLeast } from './capabilities.ts';
import { socketAddresses } from './listen.ts';
import type { Deployment } from './surroundings.ts';

/** Since when a side that has ended may still be sent to. */
const HALF_CLOSE = [1, 21, 4] as const;

/** Translates streams. Undefined: nothing is served, and nginx need not have the module. */
export function streamTree(streams: readonly StreamService[], deployment: Deployment, times: StreamTimes): StreamTree | undefined {
  const { stream: module } = deployment.capabilities;
  if (streams.length === 0 || !module.found) return undefined;
  return {
    modules: module.modules.map((file) => directive('load_module', file)),
    settings: settings(deployment, times),
    ports: streams.map((stream) => [streamName(stream), portOf(stream, deployment, times)] as const),
  };
}

/** What nginx does not do, or otherwise. */
export function streamFindings(streams: readonly StreamService[], { capabilities }: Deployment): readonly Diagnostic[] {
  const { stream: module, streamRealIp, version } = capabilities;
  if (!module.found)
    return streams.map((stream) => diagnose('SLU1706', stream.from, `${streamName(stream)} is not served: ${module.because}`));
  return streams.flatMap((stream) => {
    const differences = [
      ...(stream.protocol === 'tcp' && !isAtLeast(version, HALF_CLOSE) ? [`nginx ${version} ends both sides when one of them ends`] : []),
      ...(stream.acceptProxy && stream.sendProxy && !streamRealIp
        ? ['endpoints are told the address of the peer in place of the client']
        : []),
    ];
    return differences.map((difference) => diagnose('SLU1707', stream.from, `${streamName(stream)}: ${difference}`));
  });
}

function settings({ capabilities: { version }, resolvers }: Deployment, { idleMs, tries, triesMs }: StreamTimes): readonly Directive[] {
  return [
    directive('proxy_connect_timeout', '5s'),
    directive('proxy_timeout', `${idleMs}ms`),
    directive('proxy_next_upstream', tries > 1 ? 'on' : 'off'),
    directive('proxy_next_upstream_timeout', `${triesMs}ms`),
    directive('proxy_next_upstream_tries', tries),
    ...(isAtLeast(version, HALF_CLOSE) ? [directive('proxy_half_close', 'on')] : []),
    ...(resolvers.length === 0 ? [] : [directive('resolver', ...resolvers, 'valid=30s')]),
  ];
}

function portOf(stream: StreamService, deployment: Deployment, { responses }: StreamTimes): readonly Directive[] {
  const { protocol, port, upstream, from } = stream;
  const pool = `sluice_${protocol}_${port}`;
  // A name in an `upstream` that does not resolve would be refused together with everything else.
  const named = upstream.endpoints.find(({ kind }) => kind === 'name');
  const target =
    named === undefined
      ? [directive('proxy_pass', pool)]
      : [directive('set', variable('sluice_endpoint'), literal(endpointKey(named))), directive('proxy_pass', variable('sluice_endpoint'))];
  const answers = protocol === 'udp' ? [directive('proxy_responses', responses)] : [];
  const server = block('server', [], [...listens(stream, deployment), ...protocolOf(stream, deployment), ...answers, ...target]);
  const servers = upstream.endpoints.map((endpoint) => ({
    ...directive('server', endpointKey(endpoint), 'max_fails=0'),
    from: endpoint.from,
  }));
  return [...(named === undefined ? [{ ...block('upstream', [pool], servers), from, comment: upstream.id }] : []), { ...server, from }];
}

function listens({ protocol, port, acceptProxy }: StreamService, deployment: Deployment): readonly Directive[] {
  const flags: readonly Word[] = [
    ...(protocol === 'udp' ? ['udp'] : []),
    ...(acceptProxy ? ['proxy_protocol'] : []),
    // Each worker has a socket: datagrams of a client all come to the same one.
    'reuseport',
    ...(protocol === 'tcp' ? ['backlog=4096'] : []),
  ];
  const asked = deployment.http.length > 0 ? deployment.http : deployment.https;
  const places = new Set(asked.map(({ host }) => host));
  const hosts = places.size === 0 || places.has('') ? [''] : [...places];
  return hosts.flatMap((host) =>
    socketAddresses({ host, port }, deployment).map(({ address, v6 }) =>
      directive('listen', address, ...flags, ...(v6 ? ['ipv6only=on'] : [])),
    ),
  );
}

function protocolOf({ acceptProxy, sendProxy }: StreamService, { capabilities }: Deployment): readonly Directive[] {
  // Whoever may connect may say who the client is, as in ingress-nginx.
  const isTrusted = acceptProxy && capabilities.streamRealIp;
  return [
    ...(isTrusted ? ['0.0.0.0/0', '::/0'].map((range) => directive('set_real_ip_from', range)) : []),
    ...(sendProxy ? [directive('proxy_protocol', 'on')] : []),
  ];
}
