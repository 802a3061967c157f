import type { Diagnostic } from '../observe/diagnostic.ts';
import type { FidelityTable } from './fidelity.ts';
import type { Artifact } from '../render/artifact.ts';
import type { RoutingModel } from '../model/routing-model.ts';

/** A backend's tree together with what the backend could not do as asked. */
export interface Translation<Tree> {
  readonly tree: Tree;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Turns the model into what one proxy loads. Both steps are pure: `translate` takes every decision, `render` only prints.
 * Implementations may cache by the identity of model nodes.
 */
export interface Renderer<Tree> {
  /** How annotations are honoured where that is not exact. */
  readonly fidelity?: FidelityTable;
  /** What is different from ingress-nginx whatever objects ask for, a sentence each without its full stop. */
  readonly differences?: readonly string[];
  translate(model: RoutingModel): Translation<Tree>;
  render(tree: Tree): Artifact;
}
