import type { SecureContext } from 'node:tls';
import { SluiceError, admitStreams, compileRoutes } from '@sluice/core';
import type { Admission, ApplyOutcome, Artifact, Generation, Reloader, RoutingModel, Validation } from '@sluice/core';
import type { NodeTable } from '../translate/node-renderer.ts';
import { isNodeTable } from '../translate/node-renderer.ts';
import { refusedAuthorities, verifyingLookup } from '../validate/client-contexts.ts';
import { contextOf, pairLookup } from '../validate/secure-contexts.ts';
import type { NodeDataplane } from './node-dataplane.ts';

/** Swaps tables in the running proxy. A swap is atomic and in this process, so that its return is the acknowledgement. */
export class NodeReloader implements Reloader {
  readonly #dataplane: NodeDataplane;
  #current: Generation | undefined;
  #model: RoutingModel | undefined;

  constructor(dataplane: NodeDataplane) {
    this.#dataplane = dataplane;
  }

  admit(model: RoutingModel): Promise<Admission> {
    const { listen } = this.#dataplane;
    return admitStreams(model, { listen, isOurs: (stream) => this.#dataplane.hasOpen(stream) });
  }

  validate(artifact: Artifact): Promise<Validation> {
    const { model } = tableOf(artifact);
    const culprits = refusedAuthorities(model);
    return Promise.resolve(
      culprits.length === 0
        ? { kind: 'accepted' }
        : { kind: 'refused', culprits, message: 'authorities of client certificates are refused' },
    );
  }

  async apply(artifact: Artifact): Promise<ApplyOutcome> {
    const { digest, model } = tableOf(artifact);
    if (this.#current?.digest === digest) return { kind: 'unchanged', generation: this.#current };
    const reasons = this.#model === undefined ? ['first table'] : changes(this.#model, model);
    this.#model = model;
    const routes = compileRoutes(model);
    this.#dataplane.swap((defaultPair) => {
      const pairFor = pairLookup(model, defaultPair);
      const verifying = verifyingLookup(routes, pairFor);
      const secureContextFor = (name: string): SecureContext =>
        verifying(name) ?? contextOf(pairFor(name), model.settings.transportSecurity);
      return { digest, routes, upstreams: model.upstreams, secureContextFor, defaultPair: pairFor(undefined) };
    });
    await this.#dataplane.swapStreams(model);
    this.#current = { digest, appliedAtMs: Date.now() };
    return { kind: 'applied', generation: this.#current, reasons };
  }

  current(): Generation | undefined {
    return this.#current;
  }

  probe(): Promise<boolean> {
    return Promise.resolve(this.#dataplane.servedDigest === this.#current?.digest);
  }
}

/** What differs, by the identity of the nodes: `2 virtual hosts changed`. */
function changes(before: RoutingModel, after: RoutingModel): string[] {
  const counts = [
    ['virtual hosts', differing(before.virtualHosts, after.virtualHosts)],
    ['upstreams', differing(before.upstreams, after.upstreams)],
    ['certificates', differing(before.certificates, after.certificates)],
    ['TCP and UDP services', differing(before.streams, after.streams)],
  ] as const;
  return counts.filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what} changed`);
}

function differing(before: readonly object[], after: readonly object[]): number {
  if (before === after) return 0;
  const [old, now] = [new Set(before), new Set(after)];
  return Math.max(after.filter((node) => !old.has(node)).length, before.filter((node) => !now.has(node)).length);
}

function tableOf({ table }: Artifact): NodeTable {
  if (!isNodeTable(table)) throw new SluiceError('SLU3002', 'the artifact was not rendered for the Node data plane');
  return table;
}
