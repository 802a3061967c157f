const MOST_REASONS = 20;

/** At most some twenty reasons, and how many more there are. */
export function shortened(reasons: readonly string[]): readonly string[] {
  if (reasons.length <= MOST_REASONS) return reasons;
  return [...reasons.slice(0, MOST_REASONS), `and ${reasons.length - MOST_REASONS} more`];
}
