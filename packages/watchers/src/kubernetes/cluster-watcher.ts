import { once } from 'node:events';
import { namedObjects } from '@sluice/core';
import type { Logger, Sink, Watcher } from '@sluice/core';
import type { ApiClient } from './api-client.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { ChangeBatch } from './change-batch.ts';
import type { Cluster } from './cluster.ts';
import { Findings } from './findings.ts';
import { Reflector } from './reflector.ts';
import type { Reflection, ReflectorOptions } from './reflector.ts';
import { keyOf, refOfKey, resources } from './resource.ts';
import type { ApiObject } from './resource.ts';
import { ScopeWatch } from './scope-watch.ts';
import { SingleWatch } from './single-watch.ts';
import type { SingleObject } from './single-watch.ts';

export interface ClusterWatcherOptions {
  readonly cluster: Cluster;
  readonly logger: Logger;
}

/**
 * Watches a cluster: Ingresses, Services and EndpointSlices of the namespaces that are configured, IngressClasses, and the Secrets and
 * ConfigMaps that Ingresses name. Without a right to one of them the others are served, and the right is named in a finding.
 */
export function createClusterWatcher({ cluster, logger }: ClusterWatcherOptions): Watcher {
  return {
    name: 'kubernetes',
    async run(sink, signal) {
      const watch = new ClusterWatch(await cluster.client(), cluster, sink, logger);
      await watch.run(signal);
    },
  };
}

/** Who may change settings may name another object each time: these few are no reason to follow the cluster. */
const MOST_SINGLES = 50;

/** What becomes of the objects that a reflector sees. */
type Objects = Pick<Reflection, 'put' | 'remove'>;

class ClusterWatch {
  readonly #client: ApiClient;
  readonly #cluster: Cluster;
  readonly #sink: Sink;
  readonly #logger: Logger;
  readonly #batch: ChangeBatch;
  readonly #findings: Findings;
  /** By namespace; empty for all namespaces. */
  readonly #scopes = new Map<string, ScopeWatch>();
  /** Objects that are followed whatever is watched. */
  readonly #singles: SingleWatch[] = [];
  /** The same as `Kind namespace/name`. */
  readonly #singleNames = new Set<string>();
  /** What has not told its first state, besides the scopes. */
  readonly #unsettled = new Set<string>();
  readonly #leaving = new Set<Promise<void>>();
  /** What singles do until the signal fires. */
  readonly #running: Promise<void>[] = [];
  #signal: AbortSignal | undefined;
  #synced = false;

  constructor(client: ApiClient, cluster: Cluster, sink: Sink, logger: Logger) {
    this.#client = client;
    this.#cluster = cluster;
    this.#sink = sink;
    this.#logger = logger;
    this.#batch = new ChangeBatch(sink);
    this.#findings = new Findings(sink, logger);
    for (const object of singleObjects(cluster.options)) this.#addSingle(object);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { namespaces, namespaceSelector } = this.#cluster.options;
    this.#signal = signal;
    const running = [this.#follow(resources.IngressClass, '', this.#classes(), signal)];
    for (const single of this.#singles) this.#running.push(single.run(signal));
    if (namespaceSelector !== '') running.push(this.#follow(resources.Namespace, namespaceSelector, this.#namespaces(), signal));
    else for (const namespace of namespaces.length === 0 ? [undefined] : new Set(namespaces)) this.#enter(namespace);
    if (!signal.aborted) await once(signal, 'abort');
    await Promise.all([...running, ...this.#running, ...this.#leaving, ...[...this.#scopes.values()].map((scope) => scope.stop())]);
  }

  #addSingle(object: SingleObject): void {
    const { kind, key } = object;
    this.#singleNames.add(`${kind} ${key}`);
    const single = new SingleWatch(object, {
      client: this.#client,
      batch: this.#batch,
      findings: this.#findings,
      restarting: (reason) => this.#cluster.watchRestarts.add({ kind: object.kind, reason }),
      seen: (version) => this.#followNamedBy(version),
      onSettled: () => this.#settle(),
    });
    this.#singles.push(single);
    if (this.#signal !== undefined) this.#running.push(single.run(this.#signal));
  }

  /** Settings name other objects. What they have named once is followed from then on: there are few of them, and Ingresses may name it too. */
  #followNamedBy(settings: ApiObject): void {
    for (const { kind, namespace, name } of namedObjects(settings)) {
      if (kind !== 'ConfigMap' && kind !== 'Secret') continue;
      const key = `${namespace}/${name}`;
      if (!this.#singleNames.has(`${kind} ${key}`) && this.#singles.length < MOST_SINGLES) this.#addSingle({ kind, key });
    }
  }

  #follow(
    resource: (typeof resources)['IngressClass' | 'Namespace'],
    selector: string,
    reflection: Objects,
    signal: AbortSignal,
  ): Promise<void> {
    const { kind } = resource;
    this.#unsettled.add(kind);
    const settled = (): void => {
      this.#unsettled.delete(kind);
      this.#settle();
    };
    const trouble: Reflection['trouble'] = (what) => this.#findings.note(kind, undefined, what);
    const restarting: ReflectorOptions['restarting'] = (reason) => this.#cluster.watchRestarts.add({ kind, reason });
    return new Reflector({ client: this.#client, resource, selector, restarting, reflection: { ...reflection, settled, trouble } }).run(
      signal,
    );
  }

  #classes(): Objects {
    const { kind } = resources.IngressClass;
    return {
      put: (object, time) => this.#batch.put(kind, keyOf(object), object, time),
      remove: (key) => this.#batch.remove(refOfKey(kind, key), key),
    };
  }

  /** Namespaces come and go with their labels. */
  #namespaces(): Objects {
    return {
      put: ({ metadata }) => {
        if (!this.#scopes.has(metadata.name)) this.#enter(metadata.name);
      },
      remove: (name) => this.#leave(name),
    };
  }

  #enter(namespace: string | undefined): void {
    const scope = new ScopeWatch({
      client: this.#client,
      options: this.#cluster.options,
      namespace,
      batch: this.#batch,
      findings: this.#findings,
      statuses: this.#cluster.statuses,
      restarts: this.#cluster.watchRestarts,
      singles: this.#singleNames,
      onSettled: () => this.#settle(),
    });
    this.#scopes.set(namespace ?? '', scope);
    scope.start();
    this.#logger.info('watching', { namespace: namespace ?? 'all namespaces' });
  }

  #leave(namespace: string): void {
    const scope = this.#scopes.get(namespace);
    if (scope === undefined) return;
    this.#scopes.delete(namespace);
    const left = scope.leave().finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
    this.#settle();
  }

  /** The first state is complete when every part of it has been told. */
  #settle(): void {
    const parts = [...this.#scopes.values(), ...this.#singles];
    if (this.#synced || this.#unsettled.size > 0 || !parts.every(({ settled }) => settled)) return;
    this.#synced = true;
    this.#batch.flush();
    this.#sink.synced();
  }
}

/** What is read although no Ingress names it. */
function singleObjects({ alsoSecrets, alsoConfigMaps }: ClusterOptions): readonly SingleObject[] {
  const secrets = [...new Set(alsoSecrets)].map((key): SingleObject => ({ kind: 'Secret', key }));
  return [...secrets, ...[...new Set(alsoConfigMaps)].map((key): SingleObject => ({ kind: 'ConfigMap', key }))];
}
