import { bencode, binary } from '@sluice/core';
import type { LiveEntries } from '../render/live-entries.ts';

/** What workers have, or are to have. */
export interface LiveState {
  readonly version: number;
  readonly digest: string;
  readonly entries: LiveEntries;
}

/** Keys of entries that differ, and of those that are gone. */
export interface LiveDelta {
  readonly set: readonly string[];
  readonly del: readonly string[];
}

export function deltaOf(before: LiveEntries, after: LiveEntries): LiveDelta {
  const set = [...after].flatMap(([key, { digest }]) => (before.get(key)?.digest === digest ? [] : [key]));
  return { set, del: [...before.keys()].filter((key) => !after.has(key)) };
}

/** The push that brings any state to this one; see `lua/sluice/store.lua`. */
export function fullPush({ version, digest, entries }: LiveState): Buffer {
  return bytesOf({ version, digest: binary(digest), set: setOf(entries, [...entries.keys()]) });
}

/** The push that brings the state with version `base` to this one. */
export function deltaPush({ version, digest, entries }: LiveState, base: number, { set, del }: LiveDelta): Buffer {
  return bytesOf({ version, base, digest: binary(digest), set: setOf(entries, set), del });
}

function setOf(entries: LiveEntries, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [key, entries.get(key)?.bytes() ?? '']));
}

function bytesOf(push: Parameters<typeof bencode>[0]): Buffer {
  return Buffer.from(bencode(push), 'latin1');
}
