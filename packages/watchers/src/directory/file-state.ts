import { refOf } from '@sluice/core';
import type { Diagnostic } from '@sluice/core';
import { brokenFile } from './finding.ts';
import type { UnusedObjects } from './finding.ts';
import type { ParsedText } from './manifest-text.ts';
import { claimOf } from './object-claims.ts';
import type { Claim } from './object-claims.ts';
import { isUsed, typeOf } from './object-use.ts';

/** What a file gave when it was last good. */
export interface GoodContent {
  readonly digest: string;
  readonly claims: readonly Claim[];
  readonly findings: readonly Diagnostic[];
  readonly unused: ReadonlyMap<string, UnusedObjects>;
}

/** What is wrong with a file at present. It is told only once it has lasted: the file may be half-written. */
export interface Trouble {
  readonly finding: Diagnostic;
  /** On the clock of whoever updates the file. */
  readonly sinceMs: number;
  /** How long it must last. */
  readonly patienceMs: number;
  /** Whether it has lasted. */
  readonly settled: boolean;
}

/** What is known of one manifest file. */
export interface FileState {
  /** Of the content that was read; empty to have it read again. */
  readonly signature: string;
  readonly good: GoodContent;
  readonly trouble: Trouble | undefined;
}

/** Of a file that has never been read. */
export const emptyContent: GoodContent = { digest: '', claims: [], findings: [], unused: new Map() };

/** Sorts what a text gave into objects that routing uses, kinds that it does not, and findings. */
export function goodContent(path: string, digest: string, parsed: ParsedText & { readonly kind: 'objects' }): GoodContent {
  const claims: Claim[] = [];
  const unused = new Map<string, UnusedObjects>();
  for (const object of parsed.objects) {
    if (isUsed(object.value)) {
      claims.push(claimOf(path, object));
      continue;
    }
    const type = typeOf(object.value);
    const known = unused.get(type) ?? { first: refOf(object.value), path, count: 0 };
    unused.set(type, { ...known, count: known.count + 1 });
  }
  return { digest, claims, unused, findings: parsed.problems.map((problem) => brokenFile(path, problem)) };
}
