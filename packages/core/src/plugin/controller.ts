import type { Backend } from '../apply/backend.ts';
import { SluiceError, isSluiceError, messageOf } from '../errors.ts';
import { defaultModelOptions } from '../model/build/model-options.ts';
import type { Logger } from '../observe/logger.ts';
import { silentLogger } from '../observe/logger.ts';
import { ControlLoop } from '../pipeline/control-loop.ts';
import type { Container } from './container.ts';
import type { ControllerOptions, LifeCycleLimits } from './controller-options.ts';
import { AdminRoutesToken, ControllerViewToken } from './core-tokens.ts';
import { compose } from './create-backend.ts';
import type { Registry } from './registry.ts';
import { withTimeLimit } from './time-limit.ts';

/** A composed controller. `start` may be called once. */
export interface Controller {
  /** Resolves when the data plane listens and every plugin has started; on failure everything is stopped again. */
  start(): Promise<void>;
  /** Stops in reverse order, each step within its limit; safe to call twice and while starting. */
  stop(): Promise<void>;
  readonly plugins: readonly string[];
}

const defaultLimits: LifeCycleLimits = { startMs: 30_000, stopMs: 30_000 };

/**
 * Composes a controller of plugins. Throws `SLU2xxx` for plugins, options and backend names that do not fit; nothing is
 * started and only the chosen backend is made.
 */
export async function createController(options: ControllerOptions): Promise<Controller> {
  const { container, registry, backend } = compose(options);
  const { logger = silentLogger } = options;
  container.provide(AdminRoutesToken, (services) => registry.adminRoutes.flatMap((routes) => routes(services)));
  const loop = new ControlLoop({
    backendName: options.backend,
    backend,
    watchers: registry.watchers.map((factory) => factory(container)),
    logger,
    model: { ...defaultModelOptions, ...options.model },
    holdOff: { holdOffMs: 50, maxHoldOffMs: 500, ...options.reconcile },
  });
  container.provide(ControllerViewToken, () => loop);
  return new ComposedController({
    container,
    registry,
    backend,
    loop,
    logger,
    limits: { ...defaultLimits, ...options.limits },
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
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

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
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#runStop());
  }

  async #runStart(): Promise<void> {
    const { backend, loop, registry, container } = this.#parts;
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

  async #runStop(): Promise<void> {
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
}

type StepWork = (signal: AbortSignal) => void | Promise<void>;

interface LifeCycleStep {
  readonly start?: StepWork;
  readonly stop?: StepWork;
}
