import type { z } from 'zod';
import type { Backend } from '../apply/backend.ts';
import { parseOptions } from '../config/options.ts';
import type { Watcher } from '../watch/watcher.ts';
import type { Measurement } from '../observe/measurement.ts';
import type { AdminRoute } from './admin-route.ts';
import type { Factory, Services, Token } from './token.ts';

/** A step of starting or stopping. `signal` fires when its time is up. */
export type LifeCycleHook = (services: Services, signal: AbortSignal) => Promise<void> | void;

/** Undoes a step of starting. `signal` fires when its time is up. */
export type LifeCycleUndo = (signal: AbortSignal) => Promise<void> | void;

/** A step of starting that gives what undoes it. */
export type AroundHook = (services: Services, signal: AbortSignal) => Promise<LifeCycleUndo> | LifeCycleUndo;

/** What a plugin can do to a controller. Nothing that is registered runs before the controller starts. */
export interface PluginHost {
  /** Adds a source of objects. */
  watcher(factory: Factory<Watcher>): void;
  /** Adds a backend under the name by which configuration chooses it. Only the chosen one is made. */
  backend(name: string, factory: Factory<Backend>): void;
  provide<T>(token: Token<T>, factory: Factory<T>): void;
  /** Runs after the data plane has started, in the order of registration. */
  onStart(hook: LifeCycleHook): void;
  /** Runs before the data plane stops, in reverse order. */
  onStop(hook: LifeCycleHook): void;
  /** Runs before anything else is started, and what it gives when everything else has been stopped: for what watches the rest. */
  around(hook: AroundHook): void;
  admin(routes: Factory<readonly AdminRoute[]>): void;
  /** Adds metrics to `/metrics`. */
  measure(measurements: Factory<readonly Measurement[]>): void;
}

/** A program of this machine that a backend would run. */
export interface FoundProxy {
  /** Such as `nginx`. */
  readonly name: string;
  readonly version: string;
  readonly path: string;
  /** What else matters about it, such as `Lua: yes`. */
  readonly note: string;
}

/** What the author of a plugin writes. */
export interface PluginDefinition<Schema extends z.ZodType> {
  readonly name: string;
  /** Range of core versions that it works with (semver), such as `^0.1.0`. */
  readonly core: string;
  /** Options: types the call and checks the section of the configuration file under the plugin's name. */
  readonly config: Schema;
  register(host: PluginHost, options: z.output<Schema>): void;
  /** The programs that it would run with these options, for `sluice version`. */
  found?(options: z.output<Schema>): readonly FoundProxy[];
}

/** A plugin with its options, ready for a controller. */
export interface ConfiguredPlugin {
  readonly kind: 'sluice-plugin';
  readonly pluginName: string;
  readonly core: string;
  readonly schema: z.ZodType;
  register(host: PluginHost): void;
  found(): readonly FoundProxy[];
}

/** A plugin as packages export it: usable as it is, or called with options. */
export type Plugin<Schema extends z.ZodType = z.ZodType> = ConfiguredPlugin & ((options: z.input<Schema>) => ConfiguredPlugin);

/** Makes the default export of a plugin package. The options are checked when the controller is made (`SLU2003`). */
export function definePlugin<Schema extends z.ZodType>(definition: PluginDefinition<Schema>): Plugin<Schema> {
  const { name, core, config } = definition;
  const configured = (options: unknown): ConfiguredPlugin => ({
    kind: 'sluice-plugin',
    pluginName: name,
    core,
    schema: config,
    register: (host) => definition.register(host, parseOptions(name, config, options)),
    found: () => definition.found?.(parseOptions(name, config, options)) ?? [],
  });
  return Object.assign((options: z.input<Schema>) => configured(options), configured({}));
}

/** Whether an imported default export came from `definePlugin`, of this or another copy of the core. */
export function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'function' && 'kind' in value && value.kind === 'sluice-plugin';
}
