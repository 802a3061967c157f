/** Names one Kubernetes object. `namespace` is empty for cluster-scoped kinds. */
export interface ObjectRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Where a node of the model came from: the object, and the field path inside it (`spec.rules[0].host`). */
export interface Origin {
  readonly object: ObjectRef;
  readonly field: string;
}

/** `Kind namespace/name`, or `Kind name` for cluster-scoped objects: the form used in messages and as a map key. */
export function formatObject(ref: ObjectRef): string {
  return ref.namespace === '' ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;
}

/** The origin of something that no user wrote, such as the built-in 404 answer. */
export const builtIn: Origin = { object: { kind: 'Sluice', namespace: '', name: 'built-in' }, field: '' };
