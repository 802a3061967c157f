import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { Snapshot } from '../../watch/snapshot.ts';
import type { References } from '../annotations/contribution.ts';
import { TrackedReferences } from '../build/tracked-references.ts';
import { nodeDigest } from '../digest.ts';
import type { Origin } from '../origin.ts';
import type { GlobalSettings } from './global-settings.ts';
import { findSetting, servingSettings } from './serving-settings.ts';
import type { SaidSetting, ServingSettings } from './serving-settings.ts';
import type { AnySetting, Setting, SettingValues } from './setting.ts';

/** Settings for every request, and what is to be told of what they name. */
export interface ReadServing {
  readonly settings: ServingSettings;
  readonly diagnostics: readonly Diagnostic[];
}

class Values implements SettingValues {
  readonly diagnostics: Diagnostic[] = [];
  readonly references: References;
  readonly #written: GlobalSettings['values'];

  constructor(written: GlobalSettings['values'], references: References) {
    this.#written = written;
    this.references = references;
  }

  get<Value>(setting: Setting<Value>): Value {
    const written = this.#written.get(setting.key)?.text;
    const parsed = setting.parse(written ?? setting.standard);
    if (!parsed.ok) throw new TypeError(`the default of ${setting.key} is not valid`);
    return parsed.value;
  }

  from({ key }: AnySetting): Origin | undefined {
    return this.#written.get(key)?.from;
  }

  tell(diagnostic: Diagnostic): void {
    this.diagnostics.push(diagnostic);
  }
}

const nothing: References = { secret: () => undefined, configMap: () => undefined, service: () => undefined };

function saidOf(values: GlobalSettings['values']): readonly SaidSetting[] {
  return [...values].map(([key, { from }]) => ({ key, from, ...(findSetting(key)?.protects && { protects: true }) })).toSorted(byKey);
}

function byKey(a: SaidSetting, b: SaidSetting): number {
  return a.key < b.key ? -1 : 1;
}

/** What holds where no ConfigMap says anything. */
export const defaultServing: ServingSettings = servingSettings(new Values(new Map(), nothing), []);

/** Reads the settings for every request. What was not changed by anything is the same object as before. */
export class ServingReader {
  #last: (ReadServing & { readonly of: GlobalSettings; readonly stillTrue: (snapshot: Snapshot) => boolean }) | undefined;

  read(global: GlobalSettings, snapshot: Snapshot): ReadServing {
    const last = this.#last;
    if (last?.of === global && last.stillTrue(snapshot)) return last;
    const references = new TrackedReferences(snapshot);
    const values = new Values(global.values, references);
    const read = servingSettings(values, saidOf(global.values));
    const settings =
      [last?.settings, defaultServing].find((known) => known !== undefined && nodeDigest(known) === nodeDigest(read)) ?? read;
    this.#last = { settings, diagnostics: values.diagnostics, of: global, stillTrue: references.stillTrue() };
    return this.#last;
  }
}
