import type { ApiObject } from './resource.ts';

/** One entry of `status.loadBalancer.ingress`. */
export interface LoadBalancerAddress {
  readonly ip?: string;
  readonly hostname?: string;
}

interface WithStatus extends ApiObject {
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly LoadBalancerAddress[] } };
}

/** The addresses as one text; equal for equal lists in any order. */
export function addressText(addresses: readonly LoadBalancerAddress[]): string {
  return addresses
    .map(({ ip, hostname }) => ip ?? hostname ?? '')
    .toSorted()
    .join(' ');
}

/** What the API has in `status.loadBalancer` of every watched Ingress, and its uid, by `namespace/name`. */
export class IngressStatuses {
  readonly #texts = new Map<string, string>();
  readonly #uids = new Map<string, string>();
  #onChange: () => void = () => {};

  /** Calls back when somebody has written a status. */
  listen(onChange: () => void): void {
    this.#onChange = onChange;
  }

  put(key: string, object: ApiObject): void {
    if (object.metadata.uid !== undefined) this.#uids.set(key, object.metadata.uid);
    const text = addressText((object as WithStatus).status?.loadBalancer?.ingress ?? []);
    if (this.#texts.get(key) === text) return;
    this.#texts.set(key, text);
    this.#onChange();
  }

  remove(key: string): void {
    this.#texts.delete(key);
    this.#uids.delete(key);
  }

  uid(key: string): string | undefined {
    return this.#uids.get(key);
  }

  /** Undefined for an Ingress that is not there. */
  get(key: string): string | undefined {
    return this.#texts.get(key);
  }
}
