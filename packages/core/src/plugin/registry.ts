import semver from 'semver';
import type { Backend } from '../apply/backend.ts';
import { didYouMean } from '../config/suggestion.ts';
import { SluiceError } from '../errors.ts';
import type { Measurement } from '../observe/measurement.ts';
import { coreVersion } from '../version.ts';
import type { Watcher } from '../watch/watcher.ts';
import type { AdminRoute } from './admin-route.ts';
import type { Container } from './container.ts';
import type { AroundHook, ConfiguredPlugin, LifeCycleHook, PluginHost } from './plugin.ts';
import type { Factory } from './token.ts';

/** A life-cycle hook and whose it is, for messages. */
export interface OwnedHook<Hook> {
  readonly plugin: string;
  readonly hook: Hook;
}

/** Everything that the plugins of one controller have registered. */
export class Registry {
  readonly watchers: Factory<Watcher>[] = [];
  readonly adminRoutes: Factory<readonly AdminRoute[]>[] = [];
  readonly measurements: Factory<readonly Measurement[]>[] = [];
  readonly startHooks: OwnedHook<LifeCycleHook>[] = [];
  readonly stopHooks: OwnedHook<LifeCycleHook>[] = [];
  readonly aroundHooks: OwnedHook<AroundHook>[] = [];
  readonly #backends = new Map<string, { readonly plugin: string; readonly factory: Factory<Backend> }>();
  readonly #container: Container;

  /** Registers the plugins in order. Throws `SLU2102` to `SLU2104`, or `SLU2003` for options that are not valid. */
  constructor(container: Container, plugins: readonly ConfiguredPlugin[]) {
    this.#container = container;
    const names = new Set<string>();
    for (const plugin of plugins) {
      if (names.has(plugin.pluginName)) throw new SluiceError('SLU2102', `the plugin ${plugin.pluginName} is there twice`);
      names.add(plugin.pluginName);
      if (!semver.satisfies(coreVersion, plugin.core)) {
        throw new SluiceError('SLU2103', `the plugin ${plugin.pluginName} needs @sluice/core ${plugin.core}, this is ${coreVersion}`);
      }
      plugin.register(this.#hostOf(plugin.pluginName));
    }
  }

  get backendNames(): readonly string[] {
    return [...this.#backends.keys()].toSorted();
  }

  /** Makes the chosen backend and no other. Throws `SLU2004` for a name that nobody registered. */
  backend(name: string): Backend {
    const entry = this.#backends.get(name);
    if (entry === undefined) {
      const installed = this.backendNames.length === 0 ? 'none' : this.backendNames.join(', ');
      throw new SluiceError(
        'SLU2004',
        `there is no backend ${JSON.stringify(name)}${didYouMean(name, this.backendNames)}; installed: ${installed}`,
      );
    }
    return entry.factory(this.#container);
  }

  #hostOf(plugin: string): PluginHost {
    return {
      watcher: (factory) => void this.watchers.push(factory),
      backend: (name, factory) => this.#addBackend(plugin, name, factory),
      provide: (token, factory) => this.#container.provide(token, factory),
      onStart: (hook) => void this.startHooks.push({ plugin, hook }),
      onStop: (hook) => void this.stopHooks.push({ plugin, hook }),
      around: (hook) => void this.aroundHooks.push({ plugin, hook }),
      admin: (routes) => void this.adminRoutes.push(routes),
      measure: (measurements) => void this.measurements.push(measurements),
    };
  }

  #addBackend(plugin: string, name: string, factory: Factory<Backend>): void {
    const other = this.#backends.get(name);
    if (other !== undefined) throw new SluiceError('SLU2104', `the backend ${name} comes from both ${other.plugin} and ${plugin}`);
    this.#backends.set(name, { plugin, factory });
  }
}
