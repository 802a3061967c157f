import { createHash } from 'node:crypto';
import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { EndpointSlice } from '../../watch/kinds/endpoint-slice.ts';
import type { Service } from '../../watch/kinds/service.ts';
import type { Snapshot } from '../../watch/snapshot.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Upstream } from '../upstream.ts';
import type { BackendRef } from './ingress-fragment.ts';
import { Remembered } from '../remembered.ts';
import type { PlannedUpstream } from './upstream-plan.ts';
import { clusterEndpoint, findPort, readyEndpoints } from './upstream-endpoints.ts';

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

interface Built {
  readonly planned: PlannedUpstream;
  readonly service: Service | undefined;
  readonly slices: readonly EndpointSlice[];
  readonly upstream: Upstream;
  readonly diagnostics: readonly Diagnostic[];
}

/** Which endpoints count. */
export interface UpstreamWishes {
  /** Whether a Service of type ExternalName may have an endpoint. */
  readonly externalNames: boolean;
  /** Ports of Services with this protocol alone, by number or name; absent for what HTTP takes. */
  readonly protocol?: 'TCP' | 'UDP';
}

/** Builds the upstreams that routes name; one whose plan, Service and slices are the same as before is kept as it is. */
export class UpstreamBuilder {
  #previous = new Map<string, Built>();
  readonly #sorted = new Remembered<readonly PlannedUpstream[]>();
  #slices:
    | { readonly of: Snapshot['objects']['EndpointSlice']; readonly byService: ReadonlyMap<string, readonly EndpointSlice[]> }
    | undefined;
  /** Upstreams built anew since the start: what a test counts. */
  built = 0;
  readonly #wishes: UpstreamWishes;

  constructor(wishes: UpstreamWishes) {
    this.#wishes = wishes;
  }

  build(planned: ReadonlyMap<string, PlannedUpstream>, { objects }: Snapshot): readonly Built[] {
    const byService = this.#group(objects.EndpointSlice);
    const next = new Map<string, Built>();
    const plans = [...planned.values()];
    for (const plan of this.#sorted.of(plans, () => plans.toSorted((a, c) => (a.ref.id < c.ref.id ? -1 : 1)))) {
      const { ref } = plan;
      const name = `${ref.namespace}/${ref.service}`;
      next.set(ref.id, this.#one(plan, objects.Service.get(name), byService.get(name) ?? []));
    }
    this.#previous = next;
    return [...next.values()];
  }

  /** What `build` would make of one plan in the same snapshot. */
  preview(planned: PlannedUpstream, { objects }: Snapshot): UpstreamPreview {
    const name = `${planned.ref.namespace}/${planned.ref.service}`;
    return this.#one(planned, objects.Service.get(name), this.#group(objects.EndpointSlice).get(name) ?? []);
  }

  #one(planned: PlannedUpstream, service: Service | undefined, slices: readonly EndpointSlice[]): Built {
    const before = this.#previous.get(planned.ref.id);
    const same =
      before !== undefined &&
      samePlan(before.planned, planned) &&
      before.service === service &&
      before.slices.length === slices.length &&
      before.slices.every((slice, index) => slice === slices[index]);
    if (before !== undefined && same) return before;
    this.built++;
    const outcome = this.#refuses(service)
      ? refuseExternalName(planned.ref)
      : buildUpstream(planned, { service, slices, protocol: this.#wishes.protocol });
    return { planned, service, slices, ...outcome };
  }

  #refuses(service: Service | undefined): boolean {
    return !this.#wishes.externalNames && service?.spec.type === 'ExternalName';
  }

  #group(of: Snapshot['objects']['EndpointSlice']): ReadonlyMap<string, readonly EndpointSlice[]> {
    if (this.#slices?.of === of) return this.#slices.byService;
    const byService = new Map<string, EndpointSlice[]>();
    for (const slice of of.values()) {
      const name = `${slice.metadata.namespace}/${slice.metadata.labels[SERVICE_NAME_LABEL] ?? ''}`;
      const list = byService.get(name);
      if (list === undefined) byService.set(name, [slice]);
      else list.push(slice);
    }
    this.#slices = { of, byService };
    return byService;
  }
}

/** An upstream, and what is to be said about it. */
export interface UpstreamPreview {
  readonly upstream: Upstream;
  readonly diagnostics: readonly Diagnostic[];
}

type Outcome = UpstreamPreview;

function refuseExternalName(ref: BackendRef): Outcome {
  return without(ref, 'SLU1305', `Service ${ref.namespace}/${ref.service} is of type ExternalName, which this controller does not allow`);
}

function samePlan(a: PlannedUpstream, b: PlannedUpstream): boolean {
  return (
    a.ref === b.ref &&
    a.settings.balancing === b.settings.balancing &&
    a.settings.affinity === b.settings.affinity &&
    a.settings.clusterIp === b.settings.clusterIp &&
    a.canary?.upstream === b.canary?.upstream &&
    a.canary?.rules === b.canary?.rules
  );
}

interface Source {
  readonly service: Service | undefined;
  readonly slices: readonly EndpointSlice[];
  readonly protocol: UpstreamWishes['protocol'];
}

function buildUpstream({ ref, settings, canary }: PlannedUpstream, source: Source): Outcome {
  const { upstream, diagnostics } = withEndpoints(ref, source, settings.clusterIp !== undefined);
  const { balancing, affinity } = settings;
  return {
    upstream: {
      ...upstream,
      ...(balancing && { balancing }),
      ...(affinity && { affinity: { ...affinity, key: cookieKey(ref) } }),
      ...(canary && { canary: { upstream: canary.upstream, ...canary.rules } }),
    },
    diagnostics,
  };
}

/** What ingress-nginx ends the cookies of a backend with: clients that come from there keep their endpoint. */
function cookieKey({ namespace, service, port }: BackendRef): string {
  const name = `${namespace}-${service}-${port}`;
  return md5(md5(name) + name);
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function withEndpoints(ref: BackendRef, { service, slices, protocol }: Source, byClusterIp: boolean): Outcome {
  const name = `Service ${ref.namespace}/${ref.service}`;
  if (service === undefined) return without(ref, 'SLU1301', `${name} does not exist`);
  if (service.spec.type === 'ExternalName') return external(ref, service);
  const port = findPort(service, ref.port, protocol);
  if (port === undefined)
    return without(
      ref,
      'SLU1302',
      `${name} has no ${protocol === 'UDP' ? 'UDP ' : ''}port ${ref.port === '' ? '(none is named)' : ref.port}`,
    );
  const cluster = byClusterIp ? clusterEndpoint(service, port) : undefined;
  if (cluster !== undefined) return { upstream: upstreamOf(ref, [cluster]), diagnostics: [] };
  const { endpoints, diagnostics } = readyEndpoints(slices, port, protocol);
  if (endpoints.length > 0) return { upstream: upstreamOf(ref, endpoints), diagnostics };
  if (slices.length === 0) return without(ref, 'SLU1304', `${name} has no EndpointSlice`);
  const none = without(ref, 'SLU1303', `${name} has no ready endpoint for port ${ref.port}`);
  return { ...none, diagnostics: [...diagnostics, ...none.diagnostics] };
}

/** A DNS name (RFC 1123) whose last label is not a number, so that no spelling of an IP address is one. */
const DNS_NAME = /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*(?!\d+$|0x)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const OWN_NAME = /(^|\.)(localhost|localdomain|ip6-localhost|ip6-loopback)$/;

function external(ref: BackendRef, service: Service): Outcome {
  const name = service.spec.externalName.toLowerCase();
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  const problem = OWN_NAME.test(bare) ? 'means this machine' : DNS_NAME.test(bare) ? undefined : 'is not a DNS name';
  if (problem !== undefined)
    return without(
      ref,
      'SLU1305',
      `the externalName ${JSON.stringify(name.slice(0, 80))} of Service ${ref.namespace}/${ref.service} ${problem}`,
    );
  const port = externalPort(service, ref.port);
  if (port === undefined) return without(ref, 'SLU1302', `Service ${ref.namespace}/${ref.service} has no port ${ref.port}`);
  const from = { object: { kind: 'Service', namespace: ref.namespace, name: ref.service }, field: 'spec.externalName' };
  return { upstream: upstreamOf(ref, [{ kind: 'name', name, port, from }]), diagnostics: [] };
}

/** ingress-nginx connects to the targetPort of the Service port; a number that no port has is taken as it is. */
function externalPort(service: Service, wanted: string): number | undefined {
  const port = findPort(service, wanted);
  const number = port === undefined ? Number(wanted || Number.NaN) : typeof port.targetPort === 'number' ? port.targetPort : port.port;
  return Number.isInteger(number) && number >= 1 && number <= 65_535 ? number : undefined;
}

function without(ref: BackendRef, code: 'SLU1301' | 'SLU1302' | 'SLU1303' | 'SLU1304' | 'SLU1305', why: string): Outcome {
  return { upstream: { ...upstreamOf(ref, []), unavailable: why }, diagnostics: [diagnose(code, ref.from, why)] };
}

function upstreamOf({ id, namespace, service, port, from }: BackendRef, endpoints: readonly Endpoint[]): Upstream {
  return { id, namespace, service, port, endpoints, from };
}
