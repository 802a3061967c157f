import type { RoutingModel } from '../model/routing-model.ts';
import type { Admission } from './admission.ts';
import type { Artifact } from '../render/artifact.ts';
import type { Validation } from '../validate/validation.ts';
import type { ApplyOutcome } from './apply-outcome.ts';

/** The generation that a data plane has acknowledged. */
export interface Generation {
  readonly digest: string;
  readonly appliedAtMs: number;
}

/**
 * Brings artifacts into service. `apply` resolves after the data plane has acknowledged the digest; a refusal is a value
 * (`rejected`, `rolledBack`), trouble with files or sockets is thrown as a retryable `SluiceError`.
 * The last applied generation keeps serving whatever happens.
 */
export interface Reloader {
  /** Leaves out of a model what cannot be served at this moment for reasons outside of it, such as ports that somebody else has. */
  admit?(model: RoutingModel): Promise<Admission>;
  validate(artifact: Artifact, signal: AbortSignal): Promise<Validation>;
  apply(artifact: Artifact, signal: AbortSignal): Promise<ApplyOutcome>;
  current(): Generation | undefined;
  /** Asks the data plane whether it answers by what was applied last. Without it what `apply` says is believed. */
  probe?(signal: AbortSignal): Promise<boolean>;
}
