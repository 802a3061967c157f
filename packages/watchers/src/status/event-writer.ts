import { createHash } from 'node:crypto';
import type { Diagnostic, Logger, ObjectRef, StageFacts } from '@sluice/core';
import { messageOf, spanNames, traced } from '@sluice/core';
import type { ApiClient } from '../kubernetes/api-client.ts';
import { isConflict, isDenied, isMissing } from '../kubernetes/api-error.ts';
import { collectionPath, objectPath, resources } from '../kubernetes/resource.ts';
import type { Tally } from '../observe/tally.ts';
import { microTime } from './leader-election.ts';

/** Events that may be written at once, and how many more each second. */
const BURST = 50;
const PER_SECOND = 5;
/** Events live for an hour in the API: what is still wrong after that is told again. */
const REPEAT_MS = 55 * 60_000;
const CONTROLLER = 'sluice.io/controller';

export interface EventWriterOptions {
  readonly client: ApiClient;
  /** Counts writes by their outcome. */
  readonly tally: Tally;
  /** Name of this replica. */
  readonly instance: string;
  /** `metadata.uid` of a watched Ingress, as far as it is known. */
  readonly uidOf: (ref: ObjectRef) => string | undefined;
  readonly logger: Logger;
  readonly nowMs?: () => number;
}

/**
 * Writes an Event (events.k8s.io/v1) on each object with an error: once as long as the error stays the same, again when it comes back, and
 * not more than the API should be asked to take; what is over that waits.
 */
export class EventWriter {
  readonly #options: EventWriterOptions;
  readonly #nowMs: () => number;
  /** When each error was told. */
  readonly #told = new Map<string, number>();
  #allowance = BURST;
  #refilledMs: number;

  constructor(options: EventWriterOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#refilledMs = this.#nowMs();
  }

  /** Tells what is new among these findings. True when some have to wait. Rejects when the account has no right to write Events. */
  async write(diagnostics: readonly Diagnostic[], signal: AbortSignal, facts?: StageFacts): Promise<boolean> {
    const errors = new Map(diagnostics.filter(isForOwner).map((one) => [idOf(one), one]));
    for (const id of this.#told.keys()) if (!errors.has(id)) this.#told.delete(id);
    const due = [...errors].filter(([id]) => this.#nowMs() - (this.#told.get(id) ?? -Infinity) >= REPEAT_MS);
    return due.length > 0 && traced(spanNames.events, () => this.#sendAll(due, signal), facts);
  }

  async #sendAll(due: readonly (readonly [string, Diagnostic])[], signal: AbortSignal): Promise<boolean> {
    for (const [id, diagnostic] of due) {
      if (!this.#take()) return true;
      await this.#send(id, diagnostic, signal);
    }
    return false;
  }

  #take(): boolean {
    const now = this.#nowMs();
    this.#allowance = Math.min(BURST, this.#allowance + ((now - this.#refilledMs) / 1000) * PER_SECOND);
    this.#refilledMs = now;
    if (this.#allowance < 1) return false;
    this.#allowance--;
    return true;
  }

  async #send(id: string, diagnostic: Diagnostic, signal: AbortSignal): Promise<void> {
    const { client, tally, logger } = this.#options;
    const { namespace } = diagnostic.object;
    const event = this.#eventOf(id, diagnostic);
    this.#told.set(id, this.#nowMs());
    try {
      await client.json({ method: 'POST', path: collectionPath(resources.Event, namespace), body: event, signal });
      tally.add({ outcome: 'written' });
    } catch (error) {
      // The namespace is gone, or is about to be.
      if (signal.aborted || isMissing(error)) return;
      if (!isConflict(error)) tally.add({ outcome: 'failed' });
      if (isDenied(error)) {
        this.#told.delete(id);
        throw error;
      }
      if (isConflict(error)) return this.#again(namespace, event.metadata.name, signal);
      logger.warn('an Event could not be written', {
        object: `${diagnostic.object.kind} ${namespace}/${diagnostic.object.name}`,
        error: messageOf(error),
      });
    }
  }

  /** An earlier run, or another replica, has told the same: it has come up once more. */
  async #again(namespace: string, name: string, signal: AbortSignal): Promise<void> {
    const { client, tally, logger } = this.#options;
    const path = objectPath(resources.Event, { namespace, name });
    try {
      const { series } = await client.json<{ readonly series?: { readonly count: number } }>({ path, signal });
      const body = { series: { count: (series?.count ?? 1) + 1, lastObservedTime: microTime() } };
      await client.json({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json', signal });
      tally.add({ outcome: 'written' });
    } catch (error) {
      if (signal.aborted) return;
      tally.add({ outcome: 'failed' });
      logger.warn('an Event could not be repeated', { event: `${namespace}/${name}`, error: messageOf(error) });
    }
  }

  #eventOf(id: string, { object, code, field, message, help }: Diagnostic) {
    const { instance, uidOf } = this.#options;
    const { kind, namespace, name } = object;
    const uid = uidOf(object);
    const { apiVersion } = Object.values(resources).find((one) => one.kind === kind) ?? { apiVersion: 'v1' };
    const digest = createHash('sha256')
      .update(`${id} ${uid ?? ''}`)
      .digest('hex')
      .slice(0, 16);
    return {
      apiVersion: resources.Event.apiVersion,
      kind: resources.Event.kind,
      metadata: { name: `${name.slice(0, 200)}.${digest}`, namespace },
      eventTime: microTime(),
      type: 'Warning',
      reason: code,
      action: 'Reconcile',
      reportingController: CONTROLLER,
      reportingInstance: instance.slice(0, 128),
      regarding: { apiVersion, kind, namespace, name, ...(uid !== undefined && { uid }) },
      note: [field === '' ? '' : `${field}: `, message, help === '' ? '' : ` (${help})`].join('').slice(0, 1000),
    };
  }
}

/** Errors of objects that have a place for Events; those of the cluster as a whole are in the log and in the diagnostics. */
function isForOwner({ severity, object }: Diagnostic): boolean {
  return severity === 'error' && object.namespace !== '' && object.name !== '' && object.name !== '*';
}

function idOf({ object, code, field, message }: Diagnostic): string {
  return `${object.kind} ${object.namespace}/${object.name} ${code} ${field} ${message}`;
}
