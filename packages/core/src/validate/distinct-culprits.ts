import { formatObject } from '../model/origin.ts';
import type { Culprit } from './validation.ts';

/** One culprit for each object: the first complaint about it. */
export function distinctCulprits(culprits: readonly Culprit[]): readonly Culprit[] {
  const byObject = new Map<string, Culprit>();
  for (const culprit of culprits) {
    const name = formatObject(culprit.from.object);
    if (!byObject.has(name)) byObject.set(name, culprit);
  }
  return [...byObject.values()];
}
