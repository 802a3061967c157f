import type { ServingSettings } from '@sluice/core';
import type { Deployment, NginxSettings } from './surroundings.ts';

const known = new WeakMap<Deployment, WeakMap<ServingSettings, Deployment>>();

/** A deployment as settings of the ConfigMap make it: they go before the options of the backend. The same object for the same settings. */
export function effectiveDeployment(deployment: Deployment, serving: ServingSettings): Deployment {
  let ofDeployment = known.get(deployment);
  if (ofDeployment === undefined) known.set(deployment, (ofDeployment = new WeakMap()));
  let effective = ofDeployment.get(serving);
  if (effective === undefined) ofDeployment.set(serving, (effective = withSettings(deployment, serving)));
  return effective;
}

function withSettings(deployment: Deployment, serving: ServingSettings): Deployment {
  const { capabilities, settings, ipv6 } = deployment;
  const { clients, processes, proxyProtocol } = serving;
  return {
    ...deployment,
    proxyProtocol: proxyProtocol.peers !== undefined,
    ipv6: ipv6 && processes.ipv6,
    processes,
    capabilities: { ...capabilities, http2: capabilities.http2 && clients.http2 },
    settings: {
      ...settings,
      workers: processes.workers ?? settings.workers,
      workerConnections: processes.connections ?? settings.workerConnections,
      workerShutdownTimeoutMs: processes.shutdownMs ?? settings.workerShutdownTimeoutMs,
      keepAlive: keptAlive(settings.keepAlive, serving),
    },
  };
}

function keptAlive(options: NginxSettings['keepAlive'], { clients, upstreams }: ServingSettings): NginxSettings['keepAlive'] {
  return {
    clientMs: clients.idleMs ?? options.clientMs,
    clientRequests: clients.requests ?? options.clientRequests,
    upstreamConnections: upstreams.connections ?? options.upstreamConnections,
    upstreamMs: upstreams.idleMs ?? options.upstreamMs,
    upstreamRequests: upstreams.requests ?? options.upstreamRequests,
    ...(upstreams.lifeMs !== undefined && { upstreamLifeMs: upstreams.lifeMs }),
  };
}
