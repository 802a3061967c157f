import { isIP } from 'node:net';
import { z } from 'zod';
import type { ApiClient } from '../kubernetes/api-client.ts';
import type { ClusterOptions } from '../kubernetes/cluster-options.ts';
import type { LoadBalancerAddress } from '../kubernetes/ingress-statuses.ts';
import { collectionPath, objectPath, resources } from '../kubernetes/resource.ts';
import type { OwnPod } from './own-pod.ts';

const word = z.string().default('');

const serviceSchema = z.object({
  spec: z.object({ type: word, externalName: word, clusterIP: word, externalIPs: z.array(z.string()).default([]) }).prefault({}),
  status: z
    .object({ loadBalancer: z.object({ ingress: z.array(z.object({ ip: word, hostname: word })).default([]) }).prefault({}) })
    .prefault({}),
});

type Service = z.output<typeof serviceSchema>;

interface NodeObject {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

/** How long addresses hold, and how long it holds that there is none. */
const KNOWN_MS = 60_000;
const UNKNOWN_MS = 5000;

type StatusOptions = ClusterOptions['status'];

/** Where clients reach the data plane: the addresses that are written to Ingresses, as ingress-nginx finds them. */
export class PublishedAddresses {
  readonly #client: ApiClient;
  readonly #options: StatusOptions;
  readonly #pod: OwnPod;
  readonly #nowMs: () => number;
  #last: { readonly untilMs: number; readonly addresses: readonly LoadBalancerAddress[] } | undefined;

  constructor(client: ApiClient, options: StatusOptions, pod: OwnPod, nowMs: () => number = () => performance.now()) {
    this.#client = client;
    this.#options = options;
    this.#pod = pod;
    this.#nowMs = nowMs;
  }

  /**
   * The list of the options, else the addresses of the Service, else those of the nodes on which replicas run. The API is asked once a minute at
   * most, and every five seconds while it knows none.
   */
  async find(signal: AbortSignal): Promise<readonly LoadBalancerAddress[]> {
    if (this.#last !== undefined && this.#nowMs() < this.#last.untilMs) return this.#last.addresses;
    const addresses = await this.#lookUp(signal);
    this.#last = { addresses, untilMs: this.#nowMs() + (addresses.length === 0 ? UNKNOWN_MS : KNOWN_MS) };
    return addresses;
  }

  async #lookUp(signal: AbortSignal): Promise<readonly LoadBalancerAddress[]> {
    const { addresses, publishService } = this.#options;
    if (addresses.length > 0) return addresses.map(addressOf);
    if (publishService !== '') return this.#ofService(publishService, signal);
    return this.#ofNodes(signal);
  }

  async #ofService(id: string, signal: AbortSignal): Promise<readonly LoadBalancerAddress[]> {
    const [namespace = '', name = ''] = id.split('/');
    const service = await this.#client.json({ path: objectPath(resources.Service, { namespace, name }), signal });
    return publishedBy(serviceSchema.parse(service))
      .filter((address) => address !== '')
      .map(addressOf);
  }

  async #ofNodes(signal: AbortSignal): Promise<readonly LoadBalancerAddress[]> {
    const names = new Set(await this.#pod.nodes(signal));
    if (names.size === 0) return [];
    const { items } = await this.#client.json<{ readonly items: readonly NodeObject[] }>({ path: collectionPath(resources.Node), signal });
    const wanted = this.#options.nodeAddresses === 'internal' ? ['InternalIP'] : ['ExternalIP', 'InternalIP'];
    const found = items
      .filter(({ metadata }) => names.has(metadata.name))
      .flatMap(({ status }) => {
        const all = status?.addresses ?? [];
        const type = wanted.find((one) => all.some((address) => address.type === one));
        return all.filter((address) => address.type === type).map(({ address }) => address);
      });
    return [...new Set(found)].toSorted().map(addressOf);
  }
}

/** Addresses of a load balancer, else external ones, else the one inside the cluster. */
function publishedBy({ spec, status }: Service): readonly string[] {
  if (spec.type === 'ExternalName') return [spec.externalName];
  const outside = [...status.loadBalancer.ingress.map(({ ip, hostname }) => ip || hostname), ...spec.externalIPs];
  if (spec.type === 'LoadBalancer' || outside.length > 0) return outside;
  return spec.clusterIP === 'None' ? [] : [spec.clusterIP];
}

function addressOf(text: string): LoadBalancerAddress {
  return isIP(text) === 0 ? { hostname: text } : { ip: text };
}
