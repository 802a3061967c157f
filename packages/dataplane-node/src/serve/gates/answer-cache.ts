import type { CacheDuration } from '@sluice/core';
import type { AuthorityAnswer } from './authority.ts';

const MOST_ANSWERS = 10_000;
/** Larger answers are not kept. */
const MOST_HEADER_BYTES = 8192;

interface Kept {
  readonly answer: AuthorityAnswer;
  readonly untilMs: number;
}

/** Answers of authorities by key, each for as long as its status may be remembered. */
export class AnswerCache {
  readonly #kept = new Map<string, Kept>();

  get(key: string, nowMs = performance.now()): AuthorityAnswer | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined || kept.untilMs > nowMs) return kept?.answer;
    this.#kept.delete(key);
    return undefined;
  }

  put(key: string, answer: AuthorityAnswer, durations: readonly CacheDuration[], nowMs = performance.now()): void {
    const duration = durations.find(({ statuses }) => statuses === 'any' || statuses.includes(answer.status));
    if (duration === undefined || answer.status === 0 || !mayKeep(answer)) return;
    this.#kept.delete(key);
    this.#kept.set(key, { answer, untilMs: nowMs + duration.ms });
    if (this.#kept.size <= MOST_ANSWERS) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** Not what sets a cookie, nor what the authority forbids to keep (nginx `proxy_cache`). */
function mayKeep({ headers }: AuthorityAnswer): boolean {
  let bytes = 0;
  for (const [name, value] of headers) {
    bytes += name.length + value.length;
    if (name === 'set-cookie' || (name === 'cache-control' && /no-cache|no-store|private/i.test(value))) return false;
  }
  return bytes <= MOST_HEADER_BYTES;
}
