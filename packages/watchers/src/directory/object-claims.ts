import { formatObject, refOf } from '@sluice/core';
import type { ObjectRef } from '@sluice/core';
import type { ManifestObject } from './manifest-text.ts';

/** One definition of an object: several files may claim the same one. */
export interface Claim {
  readonly key: string;
  readonly ref: ObjectRef;
  readonly path: string;
  /** Counted from 1. */
  readonly document: number;
  /** The object as JSON: a text takes a fifth of the memory of the object, and most are never looked at again. */
  readonly json: string;
}

/** Reads who an object of a manifest is. */
export function claimOf(path: string, { document, value }: ManifestObject): Claim {
  const ref = refOf(value);
  return { key: formatObject(ref), ref, path, document, json: JSON.stringify(value) };
}

/**
 * Which file defines which object. Where several do, the first in path order wins, then the first in its file. Remembers
 * whose definitions may have changed, so that work grows with the change.
 */
export class ObjectClaims {
  readonly #claims = new Map<string, readonly Claim[]>();
  readonly #contested = new Set<string>();
  readonly #touched = new Set<string>();

  /** How many objects are defined. */
  get size(): number {
    return this.#claims.size;
  }

  /** Keys of the objects touched since `settle`. */
  get touched(): ReadonlySet<string> {
    return this.#touched;
  }

  /** Exchanges the claims of one file. */
  replace(before: readonly Claim[], after: readonly Claim[]): void {
    for (const claim of before)
      this.#set(
        claim.key,
        (this.#claims.get(claim.key) ?? []).filter((other) => other !== claim),
      );
    for (const claim of after) this.#set(claim.key, [...(this.#claims.get(claim.key) ?? []), claim].toSorted(byPlace));
  }

  /** The definition that counts. */
  winner(key: string): Claim | undefined {
    return this.#claims.get(key)?.[0];
  }

  /** The objects with several definitions, each list in order, sorted by key. */
  contested(): readonly (readonly Claim[])[] {
    return [...this.#contested].toSorted().map((key) => this.#claims.get(key) ?? []);
  }

  /** Every definition that counts, in place order. */
  winners(): Claim[] {
    return [...this.#claims.values()].flatMap((claims) => claims.slice(0, 1)).toSorted(byPlace);
  }

  /** Forgets what was touched: everybody knows by now. */
  settle(): void {
    this.#touched.clear();
  }

  #set(key: string, claims: readonly Claim[]): void {
    if (claims.length === 0) this.#claims.delete(key);
    else this.#claims.set(key, claims);
    if (claims.length > 1) this.#contested.add(key);
    else this.#contested.delete(key);
    this.#touched.add(key);
  }
}

/** The sort is stable, so claims of one document (the items of a List) stay in order. */
function byPlace(a: Claim, b: Claim): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.document - b.document;
}
