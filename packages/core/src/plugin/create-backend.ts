import type { Backend } from '../apply/backend.ts';
import { silentLogger } from '../observe/logger.ts';
import { Container } from './container.ts';
import type { ControllerOptions } from './controller-options.ts';
import { DataDirectoryToken, ListenToken, LoggerToken } from './core-tokens.ts';
import { Registry } from './registry.ts';

/** The parts of a controller before anything is started. */
export interface Composition {
  readonly container: Container;
  readonly registry: Registry;
  readonly backend: Backend;
}

/** Registers the plugins and makes the chosen backend, and no other. Throws `SLU2xxx`. */
export function compose(options: ControllerOptions): Composition {
  const container = new Container();
  container.provide(LoggerToken, () => options.logger ?? silentLogger);
  container.provide(ListenToken, () => ({ http: [], https: [], admin: undefined, ...options.listen }));
  container.provide(DataDirectoryToken, () => options.data ?? '/var/lib/sluice');
  const registry = new Registry(container, options.plugins);
  return { container, registry, backend: registry.backend(options.backend) };
}

/** A backend that is not started: for commands that only translate and render. Throws `SLU2xxx`. */
export function createBackend(options: ControllerOptions): Backend {
  return compose(options).backend;
}
