import type { Ingress } from '../../watch/kinds/ingress.ts';
import type { Origin } from '../origin.ts';

/** The origin of something that an Ingress says. */
export function originOf({ metadata }: Ingress, field: string): Origin {
  return { object: { kind: 'Ingress', namespace: metadata.namespace, name: metadata.name }, field };
}

/** An Ingress with what its place among others depends on. */
interface Aged {
  readonly ingress: Ingress;
  /** Undefined without a creation time. */
  readonly createdMs: number | undefined;
  readonly key: string;
}

/**
 * "Oldest wins": sorted by creation time; of objects of the same second the one whose `namespace/name` sorts last counts as the
 * oldest, as in ingress-nginx. Objects without a time come first, in the order of their names.
 */
export function oldestFirst(ingresses: readonly Ingress[]): readonly Ingress[] {
  return ingresses
    .map(aged)
    .toSorted(byAge)
    .map(({ ingress }) => ingress);
}

function aged(ingress: Ingress): Aged {
  const { creationTimestamp: created, namespace, name } = ingress.metadata;
  return { ingress, createdMs: created === '' ? undefined : Date.parse(created), key: `${namespace}/${name}` };
}

function byAge(a: Aged, b: Aged): number {
  if (a.createdMs === undefined && b.createdMs === undefined) return compare(a.key, b.key);
  if (a.createdMs === undefined || b.createdMs === undefined) return a.createdMs === undefined ? -1 : 1;
  return compare(a.createdMs, b.createdMs) || compare(b.key, a.key);
}

function compare<Value extends string | number>(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
