import type { ApplyOutcome } from '../apply/apply-outcome.ts';
import type { Backend } from '../apply/backend.ts';
import { digestOf } from '../model/digest.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { Culprit } from '../validate/validation.ts';

/** What a test wants of the data plane, changeable while it runs. */
export interface MemoryDataplane {
  readonly served: RoutingModel[];
  readonly events: string[];
  /** Refuses models by blaming objects of them. */
  blame: (model: RoutingModel) => readonly Culprit[];
  /** Runs while starting. */
  starting: (signal: AbortSignal) => Promise<void>;
  /** Runs before each apply. */
  applying: () => Promise<void>;
  /** Thrown by the next apply. */
  failure: Error | undefined;
}

/** A backend that serves nobody and remembers everything. */
export function memoryBackend(): { readonly backend: Backend<RoutingModel>; readonly control: MemoryDataplane } {
  const control: MemoryDataplane = {
    served: [],
    events: [],
    blame: () => [],
    starting: () => Promise.resolve(),
    applying: () => Promise.resolve(),
    failure: undefined,
  };
  const current = () => {
    const model = control.served.at(-1);
    return model && { digest: digestOf(model), appliedAtMs: 0 };
  };
  const apply = (model: RoutingModel): ApplyOutcome => {
    const { failure } = control;
    control.failure = undefined;
    if (failure !== undefined) throw failure;
    const generation = current();
    if (generation?.digest === digestOf(model)) return { kind: 'unchanged', generation };
    control.served.push(model);
    return { kind: 'applied', generation: { digest: digestOf(model), appliedAtMs: 0 }, reasons: ['test'] };
  };
  const backend: Backend<RoutingModel> = {
    renderer: {
      translate: (model) => ({ tree: model, diagnostics: [] }),
      render: (model) => ({ digest: digestOf(model), files: () => [], table: model }),
    },
    reloader: {
      validate: ({ table }) => {
        const culprits = control.blame(table as RoutingModel);
        return Promise.resolve(culprits.length === 0 ? { kind: 'accepted' } : { kind: 'refused', culprits, message: 'refused' });
      },
      apply: async ({ table }) => {
        await control.applying();
        return apply(table as RoutingModel);
      },
      current,
    },
    dataplane: {
      start: async (signal) => {
        control.events.push('start');
        await control.starting(signal);
        control.events.push('started');
      },
      stop: async () => void control.events.push('stop'),
      health: () => Promise.resolve({ healthy: true }),
      facts: () => ({ proxy: 'memory' }),
      stats: () => ({ acceptedConnections: 0, activeConnections: 0, requests: 0 }),
    },
  };
  return { backend, control };
}
