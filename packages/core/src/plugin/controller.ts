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
import type { OwnedHook, Registry } from './registry.ts';
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
  #stopping: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get plugins(): readonly string[] {
    return this.#parts.plugins;
  }

  async start(): Promise<void> {
    const { backend, loop, registry, limits } = this.#parts;
    try {
      await this.#step(
        'stopping the data plane',
        () => withTimeLimit('starting the data plane', limits.startMs, (signal) => backend.dataplane.start(signal)),
        (signal) => backend.dataplane.stop(signal),
      );
      await this.#step(
        'stopping the reconcile loop',
        () => loop.start(),
        () => loop.stop(),
      );
      for (const hook of registry.startHooks) await this.#startHook(hook);
      for (const hook of registry.stopHooks)
        this.#onStop(`stopping the plugin ${hook.plugin}`, (signal) => hook.hook(this.#parts.container, signal));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#runStop());
  }

  async #startHook({ plugin, hook }: OwnedHook): Promise<void> {
    if (this.#stopping !== undefined) throw new SluiceError('SLU2107', 'stopped while starting');
    await withTimeLimit(`starting the plugin ${plugin}`, this.#parts.limits.startMs, (signal) => hook(this.#parts.container, signal));
  }

  async #step(name: string, start: () => void | Promise<void>, stop: (signal: AbortSignal) => void | Promise<void>): Promise<void> {
    this.#onStop(name, stop);
    await start();
  }

  #onStop(name: string, stop: (signal: AbortSignal) => void | Promise<void>): void {
    this.#undo.push(() => withTimeLimit(name, this.#parts.limits.stopMs, stop));
  }

  async #runStop(): Promise<void> {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) {
      try {
        await undo();
      } catch (error) {
        this.#parts.logger.error('stopping failed', { error: messageOf(error), ...(isSluiceError(error) && { code: error.code }) });
      }
    }
  }
}
