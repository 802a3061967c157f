import { diagnose, streamName } from '@sluice/core';
import type { Diagnostic, StreamService, StreamTimes } from '@sluice/core';
import type { BackendSection } from '../render/haproxy-table.ts';
import { blaming, line, lines } from '../render/line.ts';
import type { SectionTree } from '../render/line.ts';
import { printBackend } from '../render/print.ts';
import type { Deployment } from './deployment.ts';
import { addressesOf } from './binds.ts';
import { serverOf } from './upstream-maps.ts';

/** What TCP ports come to; UDP ones come to nothing. */
export interface StreamTree {
  readonly frame: readonly SectionTree[];
  readonly backends: readonly BackendSection[];
}

/** What every port has; other tries go to other endpoints. */
const streamDefaults = ({ idleMs, tries }: StreamTimes): SectionTree => ({
  label: 'the settings of all TCP ports',
  head: ['defaults', 'sluice_streams'],
  lines: lines(
    'mode tcp',
    'timeout connect 5s',
    `timeout client ${idleMs}ms`,
    `timeout server ${idleMs}ms`,
    'balance roundrobin',
    `retries ${tries - 1}`,
    ...(tries > 1 ? ['option redispatch 1'] : []),
    // A side that has ended may wait for the other for as long as usual.
    `timeout client-fin ${idleMs}ms`,
    `timeout server-fin ${idleMs}ms`,
  ),
});

/** A backend is called by its port, so that another Service needs no reload. */
export function streamTree(streams: readonly StreamService[], deployment: Deployment, times: StreamTimes): StreamTree {
  const tcp = streams.filter(({ protocol }) => protocol === 'tcp');
  if (tcp.length === 0) return { frame: [], backends: [] };
  return {
    frame: [streamDefaults(times), ...tcp.map((stream) => frontendOf(stream, deployment))],
    backends: tcp.map(backendOf),
  };
}

/** HAProxy proxies no UDP. */
export function streamFindings(streams: readonly StreamService[]): readonly Diagnostic[] {
  return streams.flatMap((stream) => {
    if (stream.protocol === 'tcp') return [];
    return diagnose(
      'SLU1706',
      stream.from,
      `${streamName(stream)} is not served: HAProxy proxies TCP alone; the backends node and nginx serve UDP`,
    );
  });
}

function frontendOf(stream: StreamService, deployment: Deployment): SectionTree {
  const { port, from, acceptProxy } = stream;
  const accept = acceptProxy ? ['accept-proxy'] : [];
  const hosts = deployment.http.length > 0 ? deployment.http : deployment.https;
  const places = new Set(hosts.map(({ host }) => host));
  const asked = places.size === 0 || places.has('') ? [''] : [...places];
  return {
    label: streamName(stream),
    listens: true,
    head: ['frontend', `sluice_tcp_${port}`, 'from', 'sluice_streams'],
    lines: [
      ...asked.flatMap((host) => addressesOf({ host, port }, deployment)).map((words) => blaming(from, line('bind', ...words, ...accept))),
      line('default_backend', `tcp_${port}`),
    ],
    from,
  };
}

function backendOf({ port, upstream, sendProxy, from }: StreamService): BackendSection {
  const name = `tcp_${port}`;
  const servers = upstream.endpoints.map((endpoint) => serverOf(endpoint, sendProxy ? 'send-proxy' : ''));
  const tree: SectionTree = { label: `endpoints of TCP port ${port}`, head: ['backend', name, 'from', 'sluice_streams'], lines: [], from };
  return printBackend(tree, {
    name,
    class: `${name}${sendProxy ? '_proxy' : ''}`,
    dynamic: upstream.endpoints.every(({ kind }) => kind === 'address'),
    servers,
    upstream: upstream.id,
  });
}
