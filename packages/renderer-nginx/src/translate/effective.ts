import type { ServingSettings } from '@sluice/core';
import type { Deployment } from './surroundings.ts';

const known = new WeakMap<Deployment, WeakMap<ServingSettings, Deployment>>();

/** A deployment as settings of the ConfigMap make it: they go before the options of the backend. The same object for the same settings. */
export function effectiveDeployment(deployment: Deployment, serving: ServingSettings): Deployment {
  let ofDeployment = known.get(deployment);
  if (ofDeployment === undefined) known.set(deployment, (ofDeployment = new WeakMap()));
  let effective = ofDeployment.get(serving);
  if (effective === undefined) ofDeployment.set(serving, (effective = withSettings(deployment, serving)));
  return effective;
}

function withSettings(deployment: Deployment, { clients, upstreams }: ServingSettings): Deployment {
  const { capabilities, settings } = deployment;
  const { keepAlive } = settings;
  return {
    ...deployment,
    capabilities: { ...capabilities, http2: capabilities.http2 && clients.http2 },
    settings: {
      ...settings,
      keepAlive: {
        clientMs: clients.idleMs ?? keepAlive.clientMs,
        clientRequests: clients.requests ?? keepAlive.clientRequests,
        upstreamConnections: upstreams.connections ?? keepAlive.upstreamConnections,
        upstreamMs: upstreams.idleMs ?? keepAlive.upstreamMs,
        upstreamRequests: upstreams.requests ?? keepAlive.upstreamRequests,
        ...(upstreams.lifeMs !== undefined && { upstreamLifeMs: upstreams.lifeMs }),
      },
    },
  };
}
