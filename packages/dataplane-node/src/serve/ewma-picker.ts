import type { Endpoint } from '@sluice/core';
import { endpointKey } from '@sluice/core';
import type { EndpointPicker } from './endpoint-picker.ts';
import type { EndpointWish } from './endpoint-wish.ts';

/** How fast old response times lose their weight. */
const DECAY_MS = 10_000;

interface Score {
  averageMs: number;
  touchedMs: number;
}

/** Response times by endpoint. */
export type Scores = Map<string, Score>;

/**
 * Of two endpoints drawn by chance the one with the lower moving average of response times; averages fade while an endpoint
 * is not asked, so that a slow one gets another chance. New endpoints begin with the average of the others.
 */
export class EwmaPicker implements EndpointPicker {
  readonly #keys: readonly string[];
  readonly #scores: Scores;

  constructor(endpoints: readonly Endpoint[], scores: Scores) {
    this.#keys = endpoints.map(endpointKey);
    this.#scores = scores;
    const current = new Set(this.#keys);
    for (const key of scores.keys()) if (!current.has(key)) scores.delete(key);
    if (scores.size > 0) {
      const known = [...scores.values()];
      const averageMs = known.reduce((sum, score) => sum + score.averageMs, 0) / known.length;
      for (const key of this.#keys) if (!scores.has(key)) scores.set(key, { averageMs, touchedMs: performance.now() });
    }
  }

  pick({ tried }: EndpointWish): number {
    const untried = tried.length === 0 ? undefined : this.#untried(tried);
    const count = untried?.length ?? this.#keys.length;
    const at = (index: number): number => untried?.[index] ?? index;
    const one = Math.floor(Math.random() * count);
    if (count === 1) return at(one);
    const two = (one + 1 + Math.floor(Math.random() * (count - 1))) % count;
    return this.#scoreOf(at(one)) <= this.#scoreOf(at(two)) ? at(one) : at(two);
  }

  done(position: number, durationMs: number): void {
    const key = this.#keys[position] ?? '';
    const nowMs = performance.now();
    const score = this.#scores.get(key);
    if (score === undefined) {
      this.#scores.set(key, { averageMs: durationMs, touchedMs: nowMs });
      return;
    }
    const weight = fading(nowMs - score.touchedMs);
    score.averageMs = score.averageMs * weight + durationMs * (1 - weight);
    score.touchedMs = nowMs;
  }

  #scoreOf(position: number): number {
    const score = this.#scores.get(this.#keys[position] ?? '');
    return score === undefined ? 0 : score.averageMs * fading(performance.now() - score.touchedMs);
  }

  /** All of them once every endpoint has been tried. */
  #untried(tried: readonly number[]): readonly number[] {
    const all = this.#keys.map((_, position) => position);
    const left = all.filter((position) => !tried.includes(position));
    return left.length === 0 ? all : left;
  }
}

function fading(elapsedMs: number): number {
  return Math.exp(-Math.max(elapsedMs, 0) / DECAY_MS);
}
