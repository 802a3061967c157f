import type { ChangeTime } from '@sluice/core';
import type { ApiObject } from './resource.ts';

/** The API notes whole seconds: a write was not later than just before the next one. */
const RESOLUTION_MS = 999;

/**
 * When a change that a watch tells of came about: it is received now. The API has no other note of a write than the times of `managedFields`,
 * in whole seconds, so `writtenMs` is the last moment of that second: a delivery that took less than that cannot be told from one that took no
 * time. Statuses, which have entries of their own, do not matter.
 */
export function watchedNow({ metadata: { managedFields = [] } }: ApiObject): ChangeTime {
  const receivedMs = Date.now();
  const times = managedFields.flatMap(({ time, subresource }) => (subresource === undefined ? [Date.parse(time ?? '')] : []));
  const newest = Math.max(...times.filter(Number.isFinite));
  return { receivedMs, writtenMs: Number.isFinite(newest) ? newest + RESOLUTION_MS : undefined };
}
