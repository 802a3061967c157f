import type { Attributes, Span, SpanContext } from '@opentelemetry/api';
import type { Admission } from '../apply/admission.ts';
import type { ApplyOutcome } from '../apply/apply-outcome.ts';
import type { Backend } from '../apply/backend.ts';
import type { Reloader } from '../apply/reloader.ts';
import { diagnose } from '../observe/diagnostic.ts';
import type { Diagnostic } from '../observe/diagnostic.ts';
import { spanTimeMs } from '../observe/span-clock.ts';
import { spanAttributes, spanNames } from '../observe/span-names.ts';
import type { SpanName } from '../observe/span-names.ts';
import type { ModelBuilder } from '../model/build/build-model.ts';
import { builtIn } from '../model/origin.ts';
import type { ObjectRef } from '../model/origin.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import type { LoopPulse } from './loop-pulse.ts';
import type { Quarantine } from './quarantine.ts';
import type { RecentChanges } from '../watch/recent-changes.ts';
import { noChanges } from '../watch/recent-changes.ts';
import { probed } from './probe.ts';
import { pastStage, stage } from './stage.ts';

/** What the loop works with, from one run to the next. */
export interface Loop {
  readonly builder: ModelBuilder;
  readonly backend: Backend;
  readonly quarantine: Quarantine;
  /** Hears of every step. */
  readonly pulse: LoopPulse;
}

/** What one run came to. `diagnostics` are about the model and the backend, not about the sources. */
export interface Reconciliation {
  readonly model: RoutingModel;
  readonly outcome: ApplyOutcome;
  /** The Ingresses that the model serves. */
  readonly served: readonly ObjectRef[];
  readonly diagnostics: readonly Diagnostic[];
  /** Something is left out that may be possible later. */
  readonly waits: boolean;
  /** The span of the run. */
  readonly span: SpanContext;
}

/** Objects are set aside in at most this many rounds; each round may take any number of them. */
const MAX_ROUNDS = 10;

/**
 * One run of the loop: model, translate, render, validate, apply. When the data plane refuses the result, the guilty
 * objects are set aside and the rest is tried again. Rejects with a retryable `SluiceError`; the last good generation
 * keeps serving then, and also when the outcome is `rejected`.
 */
export async function reconcile(
  loop: Loop,
  snapshot: Snapshot,
  signal: AbortSignal,
  changes: RecentChanges = noChanges,
): Promise<Reconciliation> {
  const { builder, quarantine, pulse } = loop;
  const { renderer, reloader } = loop.backend;
  const facts = { attributes: attributesOf(snapshot, changes), startMs: changes.sinceMs };
  // A step begins where the one before has ended: nothing is between them.
  let startMs = spanTimeMs();
  const step = async <T>(name: SpanName, work: () => T | Promise<T>): Promise<T> => {
    pulse.begin(name);
    const done = await stage(name, work, { startMs });
    startMs = spanTimeMs();
    return done;
  };
  const run = async (span: Span): Promise<Reconciliation> => {
    tellPast(changes, startMs);
    for (let round = 1; ; round++) {
      const usable = quarantine.apply(snapshot);
      const [built, { model, diagnostics: leftOut }] = await step(spanNames.model, async () => {
        const all = builder.build(usable);
        return [all, await admission(reloader, all.model)] as const;
      });
      const translation = await step(spanNames.translate, () => renderer.translate(model));
      const artifact = await step(spanNames.render, () => renderer.render(translation.tree));
      const validation = await step(spanNames.validate, () => reloader.validate(artifact, signal));
      if (validation.kind === 'refused' && round < MAX_ROUNDS && quarantine.add(validation.culprits, usable)) continue;
      const outcome: ApplyOutcome =
        validation.kind === 'refused'
          ? { kind: 'rejected', message: validation.message }
          : await step(spanNames.apply, () => reloader.apply(artifact, signal));
      span.setAttributes(attributesOfOutcome(outcome));
      if (outcome.kind === 'applied') await step(spanNames.probe, () => probed(reloader, signal));
      const refused = outcome.kind === 'rejected' || outcome.kind === 'rolledBack' ? [diagnose('SLU3003', builtIn, outcome.message)] : [];
      if (refused.length === 0) quarantine.accept(usable);
      return {
        model,
        outcome,
        span: span.spanContext(),
        served: built.served,
        waits: mayWork(leftOut, outcome, model),
        diagnostics: [...built.diagnostics, ...leftOut, ...translation.diagnostics, ...quarantine.diagnostics(), ...refused],
      };
    }
  };
  return stage(spanNames.reconcile, run, facts);
}

/** What was before the run: the way of the first change to this program, if that took noticeably long, and the wait for the run. */
function tellPast({ sinceMs, receivedMs }: RecentChanges, nowMs: number): void {
  if (sinceMs === undefined || receivedMs === undefined) return;
  if (receivedMs > sinceMs) pastStage(spanNames.watch, sinceMs, receivedMs);
  pastStage(spanNames.wait, receivedMs, Math.max(nowMs, receivedMs));
}

/** What can be served now; all of it where the backend does not look. */
function admission(reloader: Reloader, model: RoutingModel): Promise<Admission> {
  return reloader.admit?.(model) ?? Promise.resolve({ model, diagnostics: [] });
}

/** Whether something may be possible later without any change: somebody may have taken a port after it was looked at. */
function mayWork(leftOut: readonly Diagnostic[], { kind }: ApplyOutcome, { streams }: RoutingModel): boolean {
  return leftOut.length > 0 || (kind === 'rolledBack' && streams.length > 0);
}

/** Why there is a run: the objects that have changed, by their versions. */
function attributesOf({ revision }: Snapshot, { count, objects }: RecentChanges): Attributes {
  return { [spanAttributes.revision]: revision, [spanAttributes.changeCount]: count, [spanAttributes.changes]: [...objects] };
}

function attributesOfOutcome(outcome: ApplyOutcome): Attributes {
  return {
    [spanAttributes.outcome]: outcome.kind,
    ...('generation' in outcome && { [spanAttributes.digest]: outcome.generation.digest }),
    ...(outcome.kind === 'applied' && { [spanAttributes.reasons]: [...outcome.reasons] }),
  };
}
