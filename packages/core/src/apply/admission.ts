import type { Diagnostic } from '../observe/diagnostic.ts';
import type { RoutingModel } from '../model/routing-model.ts';

/** What of a model can be served at this moment, and why the rest cannot. */
export interface Admission {
  /** The model itself where all of it can. */
  readonly model: RoutingModel;
  /** About what is left out, which may be possible later. */
  readonly diagnostics: readonly Diagnostic[];
}
