import type { ApiClient } from '../kubernetes/api-client.ts';
import { isConflict, isMissing } from '../kubernetes/api-error.ts';
import { collectionPath, objectPath, resources } from '../kubernetes/resource.ts';

/** `spec` of a coordination.k8s.io/v1 Lease. */
export interface LeaseSpec {
  readonly holderIdentity?: string | null;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

export interface Lease {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion?: string };
  readonly spec?: LeaseSpec;
}

/** One Lease of the API. A write fails when somebody else has written since it was read. */
export class LeaseStore {
  readonly #client: ApiClient;
  readonly #namespace: string;
  readonly #name: string;

  constructor(client: ApiClient, namespace: string, name: string) {
    this.#client = client;
    this.#namespace = namespace;
    this.#name = name;
  }

  /** Undefined when there is none. */
  async read(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return await this.#client.json<Lease>({
        path: objectPath(resources.Lease, { namespace: this.#namespace, name: this.#name }),
        signal,
      });
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Writes it in place of `before`; undefined when somebody else was faster. */
  async write(spec: LeaseSpec, before: Lease | undefined, signal: AbortSignal): Promise<Lease | undefined> {
    const metadata = before?.metadata ?? { name: this.#name, namespace: this.#namespace };
    const body = { apiVersion: resources.Lease.apiVersion, kind: resources.Lease.kind, metadata, spec };
    const path = before === undefined ? collectionPath(resources.Lease, this.#namespace) : objectPath(resources.Lease, metadata);
    try {
      return await this.#client.json<Lease>({ method: before === undefined ? 'POST' : 'PUT', path, body, signal });
    } catch (error) {
      if (isConflict(error)) return undefined;
      throw error;
    }
  }
}
