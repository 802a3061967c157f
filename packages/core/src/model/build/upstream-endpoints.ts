import { z } from 'zod';
import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { EndpointSlice } from '../../watch/kinds/endpoint-slice.ts';
import type { Service, ServicePort } from '../../watch/kinds/service.ts';
import { endpointKey } from '../endpoint.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Origin } from '../origin.ts';

/**
 * The Service port that an Ingress names: number, targetPort text or name equal; the first in Service order. For streams, which are `of` a
 * protocol, number or name alone, as in ingress-nginx.
 */
export function findPort(service: Service, wanted: string, of?: string): ServicePort | undefined {
  if (wanted === '') return undefined;
  if (of !== undefined)
    return service.spec.ports.find(({ port, name, protocol }) => protocol === of && (String(port) === wanted || name === wanted));
  return service.spec.ports.find(
    ({ port, targetPort, name }) => String(port) === wanted || String(targetPort) === wanted || name === wanted,
  );
}

/** The cluster IP of a Service as its only endpoint; undefined for a headless Service, which has none. */
export function clusterEndpoint({ metadata, spec }: Service, { port }: ServicePort): Endpoint | undefined {
  const address = spec.clusterIP;
  const from: Origin = { object: { kind: 'Service', namespace: metadata.namespace, name: metadata.name }, field: 'spec.clusterIP' };
  const endpoint = { kind: 'address', address, port, from } as const;
  return problemOf(endpoint) === undefined ? endpoint : undefined;
}

/** The endpoints of a Service port, and those that cannot be used. */
export interface ReadyEndpoints {
  /** Without duplicates, sorted. */
  readonly endpoints: readonly Endpoint[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Ready endpoints of a Service port from all of its slices. A missing `ready` counts as ready; `serving` and `terminating`
 * are not looked at, as in ingress-nginx. Addresses that are not IP addresses and ports out of range are reported.
 */
export function readyEndpoints(slices: readonly EndpointSlice[], port: ServicePort, protocol = 'TCP'): ReadyEndpoints {
  const found = new Map<string, Endpoint>();
  const diagnostics: Diagnostic[] = [];
  for (const slice of slices) {
    for (const endpoint of endpointsOf(slice, port, protocol)) {
      const problem = problemOf(endpoint);
      if (problem === undefined) found.set(endpointKey(endpoint), found.get(endpointKey(endpoint)) ?? endpoint);
      else diagnostics.push(diagnose('SLU1306', endpoint.from, problem));
    }
  }
  return { endpoints: [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint), diagnostics };
}

type AddressEndpoint = Endpoint & { readonly kind: 'address' };

function endpointsOf(slice: EndpointSlice, servicePort: ServicePort, protocol: string): AddressEndpoint[] {
  const { namespace, name } = slice.metadata;
  const object = { kind: 'EndpointSlice', namespace, name };
  const ports = slicePorts(slice, servicePort, protocol);
  return slice.endpoints.flatMap(({ addresses, conditions }, index): AddressEndpoint[] => {
    if (conditions.ready === false) return [];
    const from: Origin = { object, field: `endpoints[${index}]` };
    return addresses.flatMap((address) => ports.map((port): AddressEndpoint => ({ kind: 'address', address, port, from })));
  });
}

/**
 * The ports of a slice that stand for a Service port, as ingress-nginx reads them: an unnamed Service port takes every
 * port of the slice with the protocol, a named one those of its name; for other ports, and for a slice without any, a numeric targetPort is
 * taken instead.
 */
function slicePorts(slice: EndpointSlice, { name, targetPort }: ServicePort, wanted: string): readonly number[] {
  const fallback = typeof targetPort === 'number' ? targetPort : undefined;
  const ports =
    slice.ports.length === 0
      ? [fallback]
      : slice.ports
          .filter(({ protocol }) => protocol === wanted)
          .map((port) => (name === '' || port.name === name ? (port.port ?? fallback) : fallback));
  return [...new Set(ports.filter((port) => port !== undefined))];
}

const [ipv4, ipv6] = [z.ipv4(), z.ipv6()];

function problemOf({ address, port }: AddressEndpoint): string | undefined {
  if (port < 1 || port > 65_535) return `the port ${port} is not between 1 and 65535; the endpoint is left out`;
  if (ipv4.safeParse(address).success || ipv6.safeParse(address).success) return undefined;
  return `${JSON.stringify(address.slice(0, 80))} is not an IP address; the endpoint is left out`;
}
