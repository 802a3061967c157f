import { setTimeout as pause } from 'node:timers/promises';
import type { Backend } from '../apply/backend.ts';
import { SluiceError, isSluiceError, messageOf } from '../errors.ts';
import { defaultModelOptions } from '../model/build/model-options.ts';
import type { Logger } from '../observe/logger.ts';
import { silentLogger } from '../observe/logger.ts';
import { ControlLoop } from '../pipeline/control-loop.ts';
import type { Container } from './container.ts';
import type { ControllerOptions, LifeCycleLimits } from './controller-options.ts';
import { AdminRoutesToken, ControllerViewToken, MeasurementsToken } from './core-tokens.ts';
import { compose } from './create-backend.ts';
import type { AroundHook, LifeCycleUndo } from './plugin.ts';
import type { Registry } from './registry.ts';
import { withTimeLimit } from './time-limit.ts';

/** A composed controller. `start` may be called once. */
export interface Controller {
  /** Resolves when the data plane listens and every plugin has started; on failure everything is stopped again. */
  start(): Promise<void>;
  /**
   * Serves on for `limits.graceMs` without being ready, then stops in reverse order, each step within its limit. A second call ends the grace
   * period; safe to call at any time.
   */
  stop(): Promise<void>;
  /** It is being stopped, and no grace period is left. */
  readonly stopping: boolean;
  readonly plugins: readonly string[];
}

/** No step of the loop waits for longer than some minutes by itself: a proxy that takes a minute for each of several things is slow, and no more. */
const defaultLimits: LifeCycleLimits = { startMs: 30_000, stopMs: 30_000, graceMs: 0, stepMs: 300_000 };

/**
 * Composes a controller of plugins. Throws `SLU2xxx` for plugins, options and backend names that do not fit; nothing is
 * started and only the chosen backend is made.
 */
export async function createController(options: ControllerOptions): Promise<Controller> {
  const { container, registry, backend } = compose(options);
  const { logger = silentLogger } = options;
  const limits = { ...defaultLimits, ...options.limits };
  container.provide(AdminRoutesToken, (services) => registry.adminRoutes.flatMap((routes) => routes(services)));
  container.provide(MeasurementsToken, (services) => registry.measurements.flatMap((measurements) => measurements(services)));
  const loop = new ControlLoop({
    backendName: options.backend,
    backend,
    watchers: registry.watchers.map((factory) => factory(container)),
    logger,
    model: { ...defaultModelOptions, ...options.model },
    holdOff: { holdOffMs: 50, maxHoldOffMs: 500, ...options.reconcile },
    stepMs: limits.stepMs,
  });
  container.provide(ControllerViewToken, () => loop);
  return new ComposedController({
    container,
    registry,
    backend,
    loop,
    logger,
    limits,
    plugins: options.plugins.map(({ pluginName }) => pluginName),
  });
}

interface Parts {
  readonly container: Container;
  readonly registry: Registry;
  readonly backend: Backend;
  readonly loop: ControlLoop;
  readonly logger: Logger;
  readonly limits: LifeCycleLimits;
  readonly plugins: readonly string[];
}

class ComposedController implements Controller {
  readonly #parts: Parts;
  /** How to undo what has been started, in the order of starting. */
  readonly #undo: (() => Promise<void>)[] = [];
  readonly #aborter = new AbortController();
  /** Ends the grace period. */
  readonly #hurry = new AbortController();
  #starting: Promise<void> | undefined;
  #started = false;
  #stopped: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get plugins(): readonly string[] {
    return this.#parts.plugins;
  }

  async start(): Promise<void> {
    this.#starting ??= this.#runStart();
    try {
      await this.#starting;
      this.#started = true;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    if (this.#stopped !== undefined) this.#hurry.abort();
    return (this.#stopped ??= this.#runStop());
  }

  get stopping(): boolean {
    return this.#aborter.signal.aborted;
  }

  async #runStart(): Promise<void> {
    const { backend, loop, registry, container } = this.#parts;
    for (const { plugin, hook } of registry.aroundHooks) await this.#around(plugin, hook);
    await this.#step('the data plane', {
      start: (signal) => backend.dataplane.start(signal),
      stop: (signal) => backend.dataplane.stop(signal),
    });
    await this.#step('the reconcile loop', { start: () => loop.start(), stop: () => loop.stop() });
    for (const { plugin, hook } of registry.stopHooks)
      await this.#step(`the plugin ${plugin}`, { stop: (signal) => hook(container, signal) });
    for (const { plugin, hook } of registry.startHooks)
      await this.#step(`the plugin ${plugin}`, { start: (signal) => hook(container, signal) });
  }

  /** What is started is undone by `stop`, also when the start failed half-way. */
  async #step(what: string, { start, stop }: LifeCycleStep): Promise<void> {
    if (this.#aborter.signal.aborted) throw new SluiceError('SLU2107', `stopped before starting ${what}`);
    const { startMs, stopMs } = this.#parts.limits;
    if (stop !== undefined) this.#undo.push(() => withTimeLimit(`stopping ${what}`, { limitMs: stopMs }, stop));
    if (start !== undefined) await withTimeLimit(`starting ${what}`, { limitMs: startMs, signal: this.#aborter.signal }, start);
  }

  async #around(plugin: string, hook: AroundHook): Promise<void> {
    let undo: LifeCycleUndo | void;
    await this.#step(`the plugin ${plugin}`, {
      start: async (signal) => void (undo = await hook(this.#parts.container, signal)),
      stop: (signal) => undo?.(signal),
    });
  }

  async #runStop(): Promise<void> {
    await this.#serveOn();
    this.#aborter.abort();
    // A step that is under way ends first, or is given up: only then is it known what there is to undo.
    await this.#starting?.catch(() => undefined);
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) {
      try {
        await undo();
      } catch (error) {
        this.#parts.logger.error('stopping failed', { error: messageOf(error), ...(isSluiceError(error) && { code: error.code }) });
      }
    }
  }

  /** Clients are sent elsewhere meanwhile: whoever asks hears that it is not ready. */
  async #serveOn(): Promise<void> {
    const { loop, limits, logger } = this.#parts;
    loop.leave();
    if (!this.#started || limits.graceMs <= 0) return;
    logger.info('not ready any more, and serving on before the stop', { graceMs: limits.graceMs });
    await pause(limits.graceMs, undefined, { signal: this.#hurry.signal }).catch(() => undefined);
  }
}

type StepWork = (signal: AbortSignal) => void | Promise<void>;

interface LifeCycleStep {
  readonly start?: StepWork;
  readonly stop?: StepWork;
}
