import { LineTail } from '@sluice/core';
import type { Logger, RequestMetrics } from '@sluice/core';
import { countLines } from './counted-line.ts';

/** Brings in what nginx without Lua writes down to be counted. */
export class LoggedCounts {
  readonly #metrics: RequestMetrics;
  readonly #tail: LineTail;
  #removeSource: (() => void) | undefined;

  constructor(path: string, metrics: RequestMetrics, logger: Logger) {
    this.#metrics = metrics;
    const skipped = (bytes: number): void => logger.warn('some requests are not counted: there are too many', { bytes });
    this.#tail = new LineTail(path, (lines) => countLines(metrics, lines), skipped);
  }

  async start(): Promise<void> {
    await this.#tail.start();
    this.#removeSource = this.#metrics.addSource(() => this.#tail.look());
  }

  async stop(): Promise<void> {
    this.#removeSource?.();
    await this.#tail.stop();
  }
}
