import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { Snapshot } from '../../watch/snapshot.ts';
import { TrackedReferences } from '../build/tracked-references.ts';
import { nodeDigest } from '../digest.ts';
import type { GlobalSettings } from './global-settings.ts';
import { ReadValues } from './read-values.ts';
import { routeSettings } from './route-settings.ts';
import type { RouteSettings } from './route-settings.ts';
import { servingSettings } from './serving-settings.ts';
import type { SaidSetting, ServingSettings } from './serving-settings.ts';
import { findSetting } from './setting-groups.ts';

/** Settings for every request, and what is to be told of what they name. */
export interface ReadServing {
  readonly settings: ServingSettings;
  /** What is read into the routes. */
  readonly routes: RouteSettings;
  readonly diagnostics: readonly Diagnostic[];
}

function saidOf(values: GlobalSettings['values']): readonly SaidSetting[] {
  return [...values].map(([key, { from }]) => ({ key, from, ...(findSetting(key)?.protects && { protects: true }) })).toSorted(byKey);
}

function byKey(a: SaidSetting, b: SaidSetting): number {
  return a.key < b.key ? -1 : 1;
}

/** What holds where no ConfigMap says anything. */
export const defaultServing: ServingSettings = servingSettings(new ReadValues(new Map()), []);
const defaultRoutes: RouteSettings = routeSettings(new ReadValues(new Map()));

/** Reads the settings for every request. What was not changed by anything is the same object as before. */
export class ServingReader {
  #last: (ReadServing & { readonly of: GlobalSettings; readonly stillTrue: (snapshot: Snapshot) => boolean }) | undefined;

  read(global: GlobalSettings, snapshot: Snapshot): ReadServing {
    const last = this.#last;
    if (last?.of === global && last.stillTrue(snapshot)) return last;
    const references = new TrackedReferences(snapshot);
    const values = new ReadValues(global.values, references);
    const settings = kept(servingSettings(values, saidOf(global.values)), [last?.settings, defaultServing]);
    const routes = kept(routeSettings(values), [last?.routes, defaultRoutes]);
    this.#last = { settings, routes, diagnostics: values.diagnostics, of: global, stillTrue: references.stillTrue() };
    return this.#last;
  }
}

/** An object that means the same, where there is one. */
function kept<Settings extends object>(read: Settings, known: readonly (Settings | undefined)[]): Settings {
  return known.find((one) => one !== undefined && nodeDigest(one) === nodeDigest(read)) ?? read;
}
