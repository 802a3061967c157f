import type { Logger, ProcessIdentity } from '@sluice/core';
import { isAlive, signalProcess, clientConnections } from '@sluice/core';
import type { Worker } from '../observe/worker-census.ts';

/** What is left of old configurations. */
export interface DrainCensus {
  /** Names of the generations whose workers still serve clients, the oldest first; one may be there twice. */
  readonly generations: readonly string[];
  readonly workers: number;
  /** Connections of clients, as far as the kernel tells. */
  readonly connections: number;
}

interface OldWorkers {
  readonly id: string;
  readonly workers: readonly ProcessIdentity[];
}

/** Follows the workers of old generations until their connections have ended, and ends them when there are too many generations. */
export class Draining {
  readonly #ports: ReadonlySet<number>;
  readonly #budget: number;
  readonly #logger: Logger;
  /** The oldest first. */
  #old: readonly OldWorkers[] = [];

  constructor(ports: ReadonlySet<number>, budget: number, logger: Logger) {
    this.#ports = ports;
    this.#budget = budget;
    this.#logger = logger;
  }

  /** The workers that served a generation until now have been told to finish. */
  add(id: string, workers: readonly Worker[]): void {
    this.#old = [...this.#old, { id, workers }];
    this.enforce();
  }

  /** Ends the workers of the oldest generations that are more than may be waited for. */
  enforce(): void {
    this.#forget();
    while (this.#old.length > this.#budget) {
      const [oldest, ...rest] = this.#old;
      this.#old = rest;
      if (oldest === undefined) return;
      const cut = this.connections(oldest.workers);
      for (const worker of oldest.workers) signalProcess(worker, 'SIGTERM');
      this.#logger.warn('the connections of the oldest configuration are cut', {
        generation: oldest.id,
        connections: cut,
        drainingGenerations: this.#budget,
      });
    }
  }

  /** Connections of clients with some workers, as far as the kernel tells. */
  connections(workers: readonly ProcessIdentity[]): number {
    return sum(clientConnections(workers, this.#ports).values());
  }

  census(): DrainCensus {
    this.#forget();
    const workers = this.#old.flatMap((one) => one.workers);
    return {
      generations: this.#old.map(({ id }) => id),
      workers: workers.length,
      connections: this.connections(workers),
    };
  }

  #forget(): void {
    this.#old = this.#old.flatMap(({ id, workers }) => {
      const left = workers.filter(isAlive);
      return left.length === 0 ? [] : [{ id, workers: left }];
    });
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const one of numbers) total += one;
  return total;
}
