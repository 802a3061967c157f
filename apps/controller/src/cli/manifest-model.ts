import { ModelBuilder, SnapshotStore, builtIn, createBackend, diagnose, silentLogger } from '@sluice/core';
import type { Artifact, Diagnostic, RoutingModel, Validation } from '@sluice/core';
import { readManifests } from '@sluice/watchers';
import { modelOptions } from '../settings/model-options.ts';
import type { Settings } from '../settings/load-settings.ts';
import { note } from './terminal.ts';

/** What a backend would serve for some manifests. */
export interface OfflineModel {
  readonly model: RoutingModel;
  readonly artifact: Artifact;
  /** Sorted: errors first, then by object. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Runs the flow from manifests to the artifact once, without starting anything. */
export async function modelOfManifests(paths: readonly string[], { base, plugins }: Settings): Promise<OfflineModel> {
  // A warning of the backend says what the result is not worth, such as that there was no proxy to ask.
  const logger = { ...silentLogger, warn: note };
  const { renderer, reloader } = createBackend({ plugins, backend: base.backend, data: base.data, logger });
  const manifests = await readManifests(paths);
  const store = new SnapshotStore();
  store.report(manifests.diagnostics);
  store.change(manifests.objects.map((object) => ({ kind: 'put', object })));
  const built = new ModelBuilder(modelOptions(base)).build(store.snapshot());
  const { tree, diagnostics } = renderer.translate(built.model);
  const artifact = renderer.render(tree);
  const validation = await reloader.validate(artifact, new AbortController().signal);
  const everywhere = (renderer.differences ?? []).map((message) => diagnose('SLU3007', builtIn, message));
  const all = [...store.diagnostics(), ...built.diagnostics, ...diagnostics, ...everywhere, ...refusals(validation)];
  return { model: built.model, artifact, diagnostics: all.toSorted(bySeverity) };
}

/** A refusal that is the fault of no object, but of an option, is one all the same. */
function refusals(validation: Validation): readonly Diagnostic[] {
  if (validation.kind === 'accepted') return [];
  const { culprits, message } = validation;
  if (culprits.length === 0) return [diagnose('SLU3003', builtIn, message)];
  return culprits.map((culprit) => diagnose('SLU4002', culprit.from, culprit.message));
}

const order = { error: 0, warning: 1, info: 2 } as const;

function bySeverity(a: Diagnostic, b: Diagnostic): number {
  const key = ({ object, field }: Diagnostic): string => `${object.kind}/${object.namespace}/${object.name}/${field}`;
  return order[a.severity] - order[b.severity] || (key(a) < key(b) ? -1 : 1);
}
