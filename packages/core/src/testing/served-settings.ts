import { ModelBuilder } from '../model/build/build-model.ts';
import { defaultModelOptions } from '../model/build/model-options.ts';
import { explain } from '../evaluate/explain.ts';
import type { WrittenRequest } from '../evaluate/request-of.ts';
import { SnapshotStore } from '../watch/snapshot-store.ts';
import { serviceObjects } from './served-ingresses.ts';

/** The ConfigMap of settings `ingress/settings`. */
export function settingsObject(data: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'ingress', name: 'settings' }, data };
}

/** A model with a ConfigMap of settings, of the Services `a`, `b` and `c` and more objects; changed by `set`. */
export function servedSettings(data: Readonly<Record<string, string>>, ...objects: readonly object[]) {
  const store = new SnapshotStore();
  const builder = new ModelBuilder({ ...defaultModelOptions, configMap: 'ingress/settings' });
  const put = (...more: readonly object[]) => store.change(more.map((object) => ({ kind: 'put', object })));
  put(settingsObject(data), ...['a', 'b', 'c'].flatMap((name) => serviceObjects(name)), ...objects);
  const build = () => builder.build(store.snapshot());
  return {
    put,
    build,
    set: (other: Readonly<Record<string, string>>) => put(settingsObject(other)),
    model: () => build().model,
    ask: (request: WrittenRequest) => explain(build().model, request),
    /** Code and field of every finding on the ConfigMap. */
    findings: () =>
      build()
        .diagnostics.filter(({ object }) => object.kind === 'ConfigMap')
        .map(({ code, field }) => [code, field]),
  };
}
