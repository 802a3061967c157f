import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterApi, KubeObject } from './cluster-api.ts';
import { endpointSlice } from './objects.ts';

const PORT = 8089;
const PAUSE_MS = 200;
const SOLVER = 'acme.cert-manager.io/http01-solver';

/**
 * Plays what this cluster has nobody for, as far as solvers of cert-manager need it: the kubelet, which runs their pods (here one server answers for
 * all of them, by what their arguments say), and the controller that makes slices of their Services.
 */
export class SolverPods {
  readonly #api: ClusterApi;
  readonly #namespace: string;
  readonly #address: string;
  readonly #server: Server;
  readonly #playing: Promise<void>;
  readonly #keys = new Map<string, string>();
  #over = false;
  /** Questions that were answered with a key. */
  asked = 0;

  private constructor(api: ClusterApi, namespace: string, address: string) {
    this.#api = api;
    this.#namespace = namespace;
    this.#address = address;
    this.#server = createServer((request, response) => {
      const key = this.#keys.get(request.url?.split('/').at(-1) ?? '');
      if (key !== undefined) this.asked++;
      response.writeHead(key === undefined ? 404 : 200).end(key);
    });
    this.#server.listen(PORT, address);
    this.#playing = this.#play();
  }

  static play(api: ClusterApi, namespace: string, address: string): SolverPods {
    return new SolverPods(api, namespace, address);
  }

  /** How many pods of solvers there are. */
  async count(): Promise<number> {
    return (await this.#solvers('Pod')).length;
  }

  async stop(): Promise<void> {
    this.#over = true;
    await this.#playing;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #play(): Promise<void> {
    const seen = new Set<string>();
    while (!this.#over) {
      for (const pod of await this.#solvers('Pod')) if (isNew(seen, pod)) await this.#run(pod);
      for (const service of await this.#solvers('Service'))
        if (isNew(seen, service))
          await this.#api.apply(endpointSlice(this.#namespace, service.metadata.name, [{ address: this.#address, port: PORT }]));
      await delay(PAUSE_MS);
    }
  }

  async #run(pod: KubeObject): Promise<void> {
    const { containers = [] } = pod['spec'] as { readonly containers?: readonly { readonly args?: readonly string[] }[] };
    const argument = (name: string): string =>
      containers[0]?.args?.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '';
    this.#keys.set(argument('token'), argument('key'));
    const conditions = [{ type: 'Ready', status: 'True' }];
    const status = { phase: 'Running', podIP: this.#address, podIPs: [{ ip: this.#address }], conditions };
    await this.#api.patch({ kind: 'Pod', namespace: this.#namespace, name: pod.metadata.name }, { status }, 'status');
  }

  async #solvers(kind: 'Pod' | 'Service'): Promise<readonly KubeObject[]> {
    const all = await this.#api.list(kind, this.#namespace);
    return all.filter(({ metadata }) => (metadata['labels'] as Readonly<Record<string, string>> | undefined)?.[SOLVER] === 'true');
  }
}

function isNew(seen: Set<string>, { metadata }: KubeObject): boolean {
  const uid = String(metadata['uid']);
  if (seen.has(uid)) return false;
  seen.add(uid);
  return true;
}
