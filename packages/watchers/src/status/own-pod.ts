import type { ApiClient } from '../kubernetes/api-client.ts';
import { isMissing } from '../kubernetes/api-error.ts';
import { collectionPath, objectPath, resources } from '../kubernetes/resource.ts';

interface Pod {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>>; readonly deletionTimestamp?: string };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string };
}

/** Labels of a Deployment's and a DaemonSet's own: other generations of the same replicas have others. */
const GENERATION = new Set(['pod-template-hash', 'controller-revision-hash', 'pod-template-generation']);

/** The pod in which this process runs, named by POD_NAMESPACE and POD_NAME; outside a cluster there is none. */
export class OwnPod {
  readonly #client: ApiClient;
  readonly #namespace: string | undefined;
  readonly #name: string | undefined;

  constructor(client: ApiClient, environment: NodeJS.ProcessEnv = process.env) {
    this.#client = client;
    this.#namespace = environment['POD_NAMESPACE'];
    this.#name = environment['POD_NAME'];
  }

  /** The nodes on which this pod and its replicas run. */
  async nodes(signal: AbortSignal): Promise<readonly string[]> {
    const pods = await this.#replicas(signal);
    return pods.flatMap(({ spec }) => spec?.nodeName ?? []);
  }

  /** Whether other replicas run and go on when this one ends. */
  async hasOthers(signal: AbortSignal): Promise<boolean> {
    const pods = await this.#replicas(signal);
    return pods.some(({ metadata }) => metadata.name !== this.#name && metadata.deletionTimestamp === undefined);
  }

  /** Undefined when POD_NAME names none. */
  async #own(ref: { readonly namespace: string; readonly name: string }, signal: AbortSignal): Promise<Pod | undefined> {
    try {
      return await this.#client.json<Pod>({ path: objectPath(resources.Pod, ref), signal });
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Running pods with the labels of this one. */
  async #replicas(signal: AbortSignal): Promise<readonly Pod[]> {
    const [namespace, name] = [this.#namespace, this.#name];
    if (namespace === undefined || name === undefined) return [];
    const own = await this.#own({ namespace, name }, signal);
    if (own === undefined) return [];
    const labels = Object.entries(own.metadata.labels ?? {}).filter(([key]) => !GENERATION.has(key));
    if (labels.length === 0) return [own];
    const query = { labelSelector: labels.map(([key, value]) => `${key}=${value}`).join(',') };
    const { items } = await this.#client.json<{ readonly items: readonly Pod[] }>({
      path: collectionPath(resources.Pod, namespace),
      query,
      signal,
    });
    return items.filter(({ status }) => status?.phase === 'Running');
  }
}
