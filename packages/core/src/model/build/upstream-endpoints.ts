import type { EndpointSlice } from '../../watch/kinds/endpoint-slice.ts';
import type { Service, ServicePort } from '../../watch/kinds/service.ts';
import { endpointKey } from '../endpoint.ts';
import type { Endpoint } from '../endpoint.ts';

/** The Service port that an Ingress names: number, targetPort text or name equal; the first in Service order. */
export function findPort(service: Service, wanted: string): ServicePort | undefined {
  return service.spec.ports.find(
    ({ port, targetPort, name }) => String(port) === wanted || String(targetPort ?? '') === wanted || name === wanted,
  );
}

/**
 * Ready endpoints of a Service port from all of its slices, without duplicates, sorted. A missing `ready` counts as ready;
 * `serving` and `terminating` are not looked at, as in ingress-nginx. A slice port is taken by name; where no port has the
 * name, the numeric targetPort is used.
 */
export function readyEndpoints(slices: readonly EndpointSlice[], port: ServicePort): Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const slice of slices) {
    const number = slicePort(slice, port);
    if (number === undefined || slice.addressType === 'FQDN') continue;
    const from = { object: { kind: 'EndpointSlice', namespace: slice.metadata.namespace, name: slice.metadata.name }, field: 'endpoints' };
    for (const { addresses, conditions } of slice.endpoints) {
      if (conditions.ready === false) continue;
      for (const address of addresses) {
        const endpoint: Endpoint = { kind: 'address', address, port: number, from };
        if (!found.has(endpointKey(endpoint))) found.set(endpointKey(endpoint), endpoint);
      }
    }
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint);
}

function slicePort(slice: EndpointSlice, port: ServicePort): number | undefined {
  const tcp = slice.ports.filter(({ protocol, port: number }) => protocol === 'TCP' && number !== undefined);
  const named = tcp.find(({ name }) => name === port.name);
  if (named !== undefined) return named.port;
  return typeof port.targetPort === 'number' && tcp.some(({ port: number }) => number === port.targetPort) ? port.targetPort : undefined;
}
