import type { Upstream } from '@sluice/core';
import type { EndpointWish } from './endpoint-wish.ts';
import { EwmaPicker } from './ewma-picker.ts';
import type { Scores } from './ewma-picker.ts';
import { HashPicker } from './hash-picker.ts';
import { StickyPicker } from './sticky-picker.ts';

/** Chooses endpoints of one upstream in one generation, by position. */
export interface EndpointPicker {
  /** The endpoint for the next try of a request; those tried before are in `wish.tried`. */
  pick(wish: EndpointWish): number;
  /** A try is over, whatever came of it. */
  done?(position: number, durationMs: number): void;
}

/** What is known of an upstream from earlier generations, so that a change does not begin everything anew. */
export interface BalancingMemory {
  /** Whose turn it is. */
  next: number;
  /** Response times by endpoint. */
  readonly scores: Scores;
}

/** Affinity goes before hashing, hashing before the other ways (`get_implementation` of ingress-nginx's balancer). */
export function pickerFor(upstream: Upstream, memory: BalancingMemory): EndpointPicker {
  const { affinity, balancing } = upstream;
  if (affinity !== undefined) return new StickyPicker(upstream, affinity);
  if (balancing?.kind === 'hash') return new HashPicker(upstream.endpoints, balancing.subsetSize);
  if (balancing?.kind === 'ewma') return new EwmaPicker(upstream.endpoints, memory.scores);
  return new RoundRobinPicker(upstream.endpoints.length, memory);
}

/** Endpoints in turn; a request that failed goes on to the next one without taking anybody's turn. */
class RoundRobinPicker implements EndpointPicker {
  readonly #count: number;
  readonly #memory: BalancingMemory;

  constructor(count: number, memory: BalancingMemory) {
    this.#count = count;
    this.#memory = memory;
  }

  pick({ tried }: EndpointWish): number {
    const last = tried.at(-1);
    if (last !== undefined) return (last + 1) % this.#count;
    const position = this.#memory.next % this.#count;
    this.#memory.next = position + 1;
    return position;
  }
}
