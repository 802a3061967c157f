import { join } from 'node:path';
import type { Diagnostic } from '@sluice/core';
import { get } from '../raw-request.ts';
import { RunningSluice } from '../running-sluice.ts';
import type { Ports } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { PATIENCE_MS, untilTrue } from '../until.ts';
import { ApiGate } from './api-gate.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterApi, KubeObject } from './cluster-api.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { NamedUpstream } from './named-upstream.ts';
import { endpointSlice, ingress, ingressClass, namespace, service } from './objects.ts';
import type { EndpointPlace, IngressSpec } from './objects.ts';
import { accountObjects, shippedRights } from './shipped-rights.ts';
import type { Rights } from './shipped-rights.ts';
import { uniqueName } from './unique-name.ts';

/** Longer than anything that a controller does only from time to time. */
export const LONG_MS = 60_000;

/** The address that controllers write to Ingresses: nobody asks there (RFC 5737). */
export const PUBLISHED = '203.0.113.7';

export interface ControllerOptions {
  readonly backend?: string;
  /** Two controllers at a time have different ones. Decides the data folder and the name of the pod. */
  readonly name?: string;
  /** In place of ports that the system chooses, as for one that takes the place of another. */
  readonly ports?: Pick<Ports, 'http' | 'https'>;
  /** Options below `watch.kubernetes`, in place of those of the lab. */
  readonly kubernetes?: object;
  /** Options below `watch`. */
  readonly watch?: object;
  /** Reaches the API server as this instead of through the gate. */
  readonly kubeconfig?: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What one suite has of a cluster: a namespace, a class, an account for controllers with the rights that are shipped, upstreams, and a gate to the API server. */
export class Lab {
  readonly cluster: Cluster;
  readonly backend: string;
  readonly gate: ApiGate;
  /** Of everything that is not about the class; also the name of the class and of the roles. */
  readonly name: string;
  readonly folder = new TemporaryFolder();
  readonly #upstreams: NamedUpstream[] = [];
  readonly #running = new Set<RunningSluice>();
  /** By the name of a controller: its pod is gone. */
  readonly #retired = new Map<string, Promise<void>>();
  readonly #namespaces: string[];
  #token = '';

  private constructor(cluster: Cluster, backend: string, gate: ApiGate) {
    this.cluster = cluster;
    this.backend = backend;
    this.gate = gate;
    this.name = uniqueName(backend);
    this.#namespaces = [this.name];
  }

  static async open(cluster: Cluster, backend: string, rights: Rights = shippedRights()): Promise<Lab> {
    const lab = new Lab(cluster, backend, await ApiGate.before(cluster.api.access));
    const { api, name } = lab;
    await api.apply(namespace(name), ingressClass(name, lab.controllerClass), ...accountObjects(name, name, rights));
    await untilTrue(
      'the service account of pods',
      async () => (await api.get({ kind: 'ServiceAccount', namespace: name, name: 'default' })) !== undefined,
      4 * PATIENCE_MS, // the controller manager makes it, and may have started just now
    );
    lab.#token = await api.tokenOf(name, name);
    return lab;
  }

  get api(): ClusterApi {
    return this.cluster.api;
  }

  /** What the class names as its controller. */
  get controllerClass(): string {
    return `sluice.test/${this.name}`;
  }

  /** Another namespace, which ends with the lab. */
  async namespace(what: string, labels?: Readonly<Record<string, string>>): Promise<string> {
    const name = uniqueName(what);
    this.#namespaces.push(name);
    await this.api.apply(namespace(name, labels));
    return name;
  }

  async upstream(name: string): Promise<NamedUpstream> {
    const upstream = await NamedUpstream.start(name, this.cluster.endpointAddress(this.#upstreams.length));
    this.#upstreams.push(upstream);
    return upstream;
  }

  /** Makes a Service with these endpoints. */
  async serve(name: string, places: readonly EndpointPlace[], inNamespace = this.name): Promise<void> {
    await this.api.apply(service(inNamespace, name), endpointSlice(inNamespace, name, places));
  }

  /** Makes an Ingress of the class of this lab for a host, with the name of the host. */
  async route(host: string, more: Partial<IngressSpec> = {}): Promise<void> {
    await this.api.apply(ingress({ namespace: this.name, name: host, className: this.name, host, ...more }));
  }

  ingressRef(host: string, inNamespace = this.name): { readonly kind: 'Ingress'; readonly namespace: string; readonly name: string } {
    return { kind: 'Ingress', namespace: inNamespace, name: host };
  }

  /** A kubeconfig file of the account, through the gate or past it. */
  kubeconfig(way: 'gate' | 'direct' = 'gate'): string {
    const { token: _token, certificate: _certificate, ...api } = this.api.access;
    const access = way === 'gate' ? this.gate.access(this.#token) : { ...api, token: this.#token };
    return this.folder.write(`${way}.kubeconfig`, kubeconfigText(access));
  }

  /** Starts a controller; resolves when it listens. */
  async launch(options: ControllerOptions = {}): Promise<RunningSluice> {
    const { backend = this.backend, name = 'one', flags = [], env } = options;
    const config = this.folder.write(`${name}.yaml`, JSON.stringify(this.#settings(options)));
    const args = ['--config', config, '--backend', backend, '--data', join(this.folder.path, `data-${name}`), ...flags];
    await this.#retired.get(name);
    await this.api.apply(podOf(this.name, name));
    await this.api.patch({ kind: 'Pod', namespace: this.name, name }, { status: { phase: 'Running' } }, 'status');
    const running = await RunningSluice.listening(args, { env: { POD_NAMESPACE: this.name, POD_NAME: name, ...env } });
    this.#running.add(running);
    this.#retired.set(name, this.#retire(running, name));
    return running;
  }

  /** The pod of a controller goes with it. */
  async #retire(running: RunningSluice, name: string): Promise<void> {
    await running.command.ended();
    // Without an API server it stays until the namespace goes.
    await this.api.delete({ kind: 'Pod', namespace: this.name, name }).catch(() => undefined);
  }

  /** Starts a controller; resolves when it serves a complete first state. */
  async start(options: ControllerOptions = {}): Promise<RunningSluice> {
    const running = await this.launch(options);
    try {
      await running.ready(LONG_MS);
    } catch (error) {
      throw new Error(`sluice is not ready: ${running.command.stderr.slice(-3000)}`, { cause: error });
    }
    return running;
  }

  /** What a controller says about the objects of this lab and about the cluster, as `CODE Kind namespace/name field`, sorted. */
  async findings(running: RunningSluice): Promise<readonly string[]> {
    const places = ['', ...this.#namespaces].map((place) => ` ${place}/`);
    return (await running.findings()).filter((finding) => places.some((place) => finding.includes(place)));
  }

  /** Resolves when a controller has nothing to say about them any more. */
  async untilNoFindings(running: RunningSluice, patienceMs = LONG_MS): Promise<void> {
    let last: readonly Diagnostic[] = [];
    const none = async (): Promise<boolean> => {
      last = await running.diagnostics();
      return (await this.findings(running)).length === 0;
    };
    try {
      await untilTrue('no findings', none, patienceMs);
    } catch (error) {
      throw new Error(`there still is: ${last.map(({ code, message }) => `${code} ${message}`).join('; ')}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    this.gate.open();
    await Promise.all([...this.#running].map((running) => running.kill()));
    await Promise.all(this.#retired.values());
    await Promise.all(this.#upstreams.map((upstream) => upstream.close()));
    await this.gate.close();
    const everywhere = ['IngressClass', 'ClusterRole', 'ClusterRoleBinding'].map((kind) => ({ kind, name: this.name }));
    await this.api.delete(...everywhere, ...this.#namespaces.map((name) => ({ kind: 'Namespace', name })));
    this.folder.remove();
  }

  #settings({ ports, kubernetes, watch, kubeconfig }: ControllerOptions): object {
    const address = (port = 0): string => `127.0.0.1:${port}`;
    return {
      listen: { http: [address(ports?.http)], https: [address(ports?.https)], admin: address() },
      watch: {
        ingressClass: this.name,
        controllerClass: this.controllerClass,
        ...watch,
        kubernetes: {
          kubeconfig: kubeconfig ?? this.kubeconfig(),
          status: { addresses: [PUBLISHED] },
          election: { leaseMs: 3000, renewMs: 2000, retryMs: 300 },
          ...kubernetes,
        },
      },
    };
  }
}

/** A pod that nobody runs: the controller beside it says that it is the one in it. All pods of a namespace are replicas of each other. */
function podOf(namespace: string, name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: 'sluice' } },
    spec: { schedulerName: 'nobody', containers: [{ name: 'sluice', image: 'sluice.test/none' }] },
  };
}

/** The name of the upstream that answers for a host, else `status N`, or the reason why no answer came. */
export async function answerOf({ ports }: Pick<RunningSluice, 'ports'>, host: string): Promise<string> {
  try {
    const { status, body } = await get({ port: ports.http }, host);
    return status === 200 ? body : `status ${status}`;
  } catch (error) {
    return String(error);
  }
}

/** Resolves when a host is answered so. */
export async function untilAnswer(
  running: Pick<RunningSluice, 'ports'>,
  host: string,
  answer: string,
  patienceMs = LONG_MS,
): Promise<void> {
  let last = '';
  try {
    await untilTrue(`${host} to answer ${answer}`, async () => (last = await answerOf(running, host)) === answer, patienceMs);
  } catch (error) {
    throw new Error(`${host} does not answer ${answer} but ${last}`, { cause: error });
  }
}
