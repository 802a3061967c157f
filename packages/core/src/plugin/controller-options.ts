import type { ModelOptions } from '../model/build/model-options.ts';
import type { Logger } from '../observe/logger.ts';
import type { CoalescerOptions } from '../pipeline/coalescer.ts';
import type { ListenAddresses } from './core-tokens.ts';
import type { ConfiguredPlugin } from './plugin.ts';

/** Time limits of the life cycle, in milliseconds. */
export interface LifeCycleLimits {
  /** For each step of starting. */
  readonly startMs: number;
  /** For each step of stopping; requests in flight have this long to finish. */
  readonly stopMs: number;
  /** Before a stop: the controller is not ready any more and serves on, so that nobody sends clients to it when it drains. */
  readonly graceMs: number;
  /** A step of a run of the reconcile loop that lasts longer hangs, and the controller is not healthy. */
  readonly stepMs: number;
}

/** How a controller is put together. */
export interface ControllerOptions {
  readonly plugins: readonly ConfiguredPlugin[];
  /** Name of the backend that serves. */
  readonly backend: string;
  readonly listen?: Partial<ListenAddresses>;
  /** Folder for generated files; `/var/lib/sluice`. */
  readonly data?: string;
  readonly logger?: Logger;
  readonly model?: Partial<ModelOptions>;
  readonly reconcile?: Partial<CoalescerOptions>;
  readonly limits?: Partial<LifeCycleLimits>;
}
