import type { Logger, ObjectRef, StageFacts } from '@sluice/core';
import { messageOf, spanAttributes, spanNames, traced } from '@sluice/core';
import type { ApiClient } from '../kubernetes/api-client.ts';
import { isConflict, isMissing } from '../kubernetes/api-error.ts';
import { addressText } from '../kubernetes/ingress-statuses.ts';
import type { IngressStatuses, LoadBalancerAddress } from '../kubernetes/ingress-statuses.ts';
import { objectPath, resources } from '../kubernetes/resource.ts';
import type { Tally } from '../observe/tally.ts';
import { inParallel } from './in-parallel.ts';

/** The manager of the fields that are written (Kubernetes, "Server-Side Apply"). */
const MANAGER = 'sluice';
const AT_ONCE = 10;

export interface StatusWriterOptions {
  readonly client: ApiClient;
  readonly statuses: IngressStatuses;
  /** Replace what another controller has written. */
  readonly takeOver: boolean;
  /** Counts writes by their outcome. */
  readonly tally: Tally;
  readonly logger: Logger;
}

/**
 * Writes `status.loadBalancer` of Ingresses by server-side apply, where it is not there already. What another controller has written stays
 * unless it is to be taken over: the API refuses the write, and the Ingress is left alone until its status changes.
 */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  /** Statuses of others that were left alone. */
  readonly #foreign = new Map<string, string>();
  /** What this process has written, as far as it may be there still. */
  readonly #written = new Set<string>();

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /**
   * Brings the addresses to these Ingresses, and takes them from those that it wrote before and that are not among them. `facts` are about the
   * span, which there is when there is something to write.
   */
  async write(
    served: readonly ObjectRef[],
    addresses: readonly LoadBalancerAddress[],
    signal: AbortSignal,
    facts?: StageFacts,
  ): Promise<void> {
    const { statuses } = this.#options;
    const wanted = addressText(addresses);
    // Without an address there is nothing to say: what others have written stays, what was written here is taken back.
    const keys = new Set(wanted === '' ? [] : served.map(keyOfRef));
    const due = [...keys].filter((key) => {
      const now = statuses.get(key);
      return now !== undefined && now !== wanted && this.#foreign.get(key) !== now;
    });
    for (const key of keys) if (statuses.get(key) === wanted) this.#written.add(key);
    const left = [...this.#written].filter((key) => !keys.has(key));
    for (const key of left) this.#written.delete(key);
    if (due.length + left.length === 0) return;
    const work = async (): Promise<void> => {
      await inParallel(AT_ONCE, due, (key) => this.#apply(key, addresses, signal));
      await inParallel(AT_ONCE, left, (key) => this.#apply(key, [], signal));
    };
    await traced(spanNames.status, work, { ...facts, attributes: { [spanAttributes.statusCount]: due.length + left.length } });
  }

  /** Takes these addresses back from the Ingresses, and everything else that it wrote. */
  clear(served: readonly ObjectRef[], addresses: readonly LoadBalancerAddress[], signal: AbortSignal): Promise<void> {
    const wanted = addressText(addresses);
    const theirs = served.map(keyOfRef).filter((key) => wanted !== '' && this.#options.statuses.get(key) === wanted);
    const keys = new Set([...this.#written, ...theirs]);
    this.#written.clear();
    return inParallel(AT_ONCE, [...keys], (key) => this.#apply(key, [], signal));
  }

  async #apply(key: string, addresses: readonly LoadBalancerAddress[], signal: AbortSignal): Promise<void> {
    const { client, takeOver, tally } = this.#options;
    const [namespace = '', name = ''] = key.split('/');
    const { apiVersion, kind } = resources.Ingress;
    const status = addresses.length === 0 ? {} : { status: { loadBalancer: { ingress: addresses } } };
    try {
      await client.json({
        method: 'PATCH',
        path: `${objectPath(resources.Ingress, { namespace, name })}/status`,
        query: { fieldManager: MANAGER, force: String(takeOver) },
        contentType: 'application/apply-patch+yaml',
        body: { apiVersion, kind, metadata: { name, namespace }, ...status },
        signal,
      });
      tally.add({ outcome: 'written' });
      this.#foreign.delete(key);
      if (addresses.length > 0) this.#written.add(key);
    } catch (error) {
      if (!signal.aborted && !isMissing(error)) this.#refused(key, error);
    }
  }

  /** Throws what may go right the next time. */
  #refused(key: string, error: unknown): void {
    const { statuses, takeOver, tally, logger } = this.#options;
    tally.add({ outcome: isConflict(error) ? 'conflict' : 'failed' });
    if (!isConflict(error)) throw new Error(`the status of Ingress ${key} cannot be written: ${messageOf(error)}`, { cause: error });
    this.#foreign.set(key, statuses.get(key) ?? '');
    logger.info('another controller has written the status of an Ingress: it stays', { ingress: key, takeOver });
  }
}

function keyOfRef({ namespace, name }: ObjectRef): string {
  return `${namespace}/${name}`;
}
