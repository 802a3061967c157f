import type { Ingress } from '../../watch/kinds/ingress.ts';
import type { Origin } from '../origin.ts';

/** The origin of something that an Ingress says. */
export function originOf({ metadata }: Ingress, field: string): Origin {
  return { object: { kind: 'Ingress', namespace: metadata.namespace, name: metadata.name }, field };
}

/**
 * "Oldest wins": by creation time; of objects of the same second the one whose `namespace/name` sorts last counts as the
 * oldest, as in ingress-nginx. Objects without a time come first, in the order of their names.
 */
export function byAge(a: Ingress, b: Ingress): number {
  const [timeA, timeB] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (timeA === '' && timeB === '') return compare(keyOf(a), keyOf(b));
  if (timeA === '' || timeB === '') return timeA === '' ? -1 : 1;
  return compare(Date.parse(timeA), Date.parse(timeB)) || compare(keyOf(b), keyOf(a));
}

function keyOf({ metadata }: Ingress): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function compare<Value extends string | number>(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
