import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { Snapshot } from '../../watch/snapshot.ts';
import { unannotated } from '../annotations/ingress-features.ts';
import type { IngressFeatures } from '../annotations/ingress-features.ts';
import type { Origin } from '../origin.ts';
import type { AnnotatedBackend } from './annotated-ingress.ts';
import type { BackendRef } from './ingress-fragment.ts';
import type { UpstreamBuilder } from './upstream-builder.ts';
import type { PlannedUpstream } from './upstream-plan.ts';

/** What the catch-all host does where no Ingress says anything about it. */
const plain: IngressFeatures = { ...unannotated, httpsRedirect: { when: 'never', keepTrailingSlash: false } };

/**
 * The Service that gets what no rule takes (ingress-nginx `--default-backend-service`): its first port, and while it has no
 * endpoint, nothing, so that the built-in 404 answers. What it gives out keeps its identity while the port stays the same.
 */
export class DefaultBackend {
  readonly #namespace: string;
  readonly #service: string;
  #planned: PlannedUpstream | undefined;
  #backends = new WeakMap<IngressFeatures, AnnotatedBackend>();

  /** `id` as NAMESPACE/NAME; empty for none. */
  constructor(id: string) {
    const slash = id.indexOf('/');
    this.#namespace = id.slice(0, Math.max(0, slash));
    this.#service = id.slice(slash + 1);
  }

  /** The plan of its upstream; undefined when there is none or it has no endpoint, which is told. */
  plan(snapshot: Snapshot, upstreams: UpstreamBuilder, diagnostics: Diagnostic[]): PlannedUpstream | undefined {
    if (this.#service === '') return undefined;
    const from: Origin = { object: { kind: 'Service', namespace: this.#namespace, name: this.#service }, field: 'spec.ports' };
    const service = snapshot.objects.Service.get(`${this.#namespace}/${this.#service}`);
    if (service === undefined) {
      diagnostics.push(diagnose('SLU1301', from, 'it is the default backend and does not exist; a built-in 404 answers'));
      return undefined;
    }
    const planned = this.#keep(String(service.spec.ports[0]?.port ?? ''), from);
    const { upstream, diagnostics: found } = upstreams.preview(planned, snapshot);
    if (upstream.endpoints.length > 0) return planned;
    diagnostics.push(...found);
    return undefined;
  }

  /** The backend for a host with these features; the same object for the same features. */
  backend({ ref }: PlannedUpstream, features: IngressFeatures = plain): AnnotatedBackend {
    let backend = this.#backends.get(features);
    if (backend === undefined) this.#backends.set(features, (backend = { backend: ref, features }));
    return backend;
  }

  #keep(port: string, from: Origin): PlannedUpstream {
    if (this.#planned?.ref.port === port) return this.#planned;
    const [namespace, service] = [this.#namespace, this.#service];
    const ref: BackendRef = { id: `${namespace}/${service}:${port}`, namespace, service, port, from };
    this.#backends = new WeakMap();
    return (this.#planned = { ref, settings: {}, canary: undefined });
  }
}
