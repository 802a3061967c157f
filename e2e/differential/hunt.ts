import { undeclared } from './declared-differences.ts';
import type { Difference } from './difference.ts';
import { drawn } from './draw.ts';
import { kindOf, smallestFinding } from './finding.ts';
import type { Finding } from './finding.ts';
import type { Comparison, SideBySide } from './side-by-side.ts';

export interface HuntOptions {
  /** The seed of the rule set after so many others. */
  readonly seedOf: (sets: number) => number;
  /** No further rule set begins after this time, but for the first ones. */
  readonly forMs: number;
  readonly leastSets?: number;
  /** No further rule set begins after so many. */
  readonly maxSets: number;
  readonly requests: number;
  /** After so many kinds of differences it is enough. */
  readonly maxKinds: number;
  /** Differences that are not looked into, by their kinds. */
  readonly ignore?: RegExp;
  readonly found?: (finding: Finding & { readonly seed: number; readonly kind: string }) => void;
  /** Sees every comparison. */
  readonly compared?: (comparison: Comparison) => void;
}

export interface Hunt {
  readonly sets: number;
  readonly sent: number;
  /** How often each kind of difference that is not declared came up. */
  readonly kinds: ReadonlyMap<string, number>;
}

/** Draws one rule set after the other, and looks for requests that are answered differently. */
export async function hunt(sides: SideBySide, options: HuntOptions): Promise<Hunt> {
  const kinds = new Map<string, number>();
  const endAt = performance.now() + options.forMs;
  let [sets, sent] = [0, 0];
  const { leastSets = 0, maxSets, maxKinds } = options;
  while ((performance.now() < endAt || sets < leastSets) && sets < maxSets && kinds.size < maxKinds) {
    sent += await huntInSet(sides, options.seedOf(sets), options, kinds);
    sets += 1;
  }
  return { sets, sent, kinds };
}

async function huntInSet(sides: SideBySide, seed: number, options: HuntOptions, kinds: Map<string, number>): Promise<number> {
  const { specs, requests } = drawn(seed, options.requests);
  await sides.serve(specs);
  const comparisons = await sides.compareAll(requests);
  for (const comparison of comparisons) {
    options.compared?.(comparison);
    const kindIn = (some: readonly Difference[]): string => `${comparison.backends[1]}: ${kindOf(some)}`;
    const differences = undeclared(comparison).filter((one) => options.ignore?.test(kindIn([one])) !== true);
    if (differences.length === 0) continue;
    const kind = kindIn(differences);
    const count = (kinds.get(kind) ?? 0) + 1;
    kinds.set(kind, count);
    if (count > 1 || kinds.size > options.maxKinds) continue;
    options.found?.({ ...(await smallestFinding(sides, specs, { ...comparison, differences })), seed, kind });
  }
  return requests.length;
}
