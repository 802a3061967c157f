import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { References } from '../annotations/contribution.ts';
import type { Origin } from '../origin.ts';
import type { AnySetting, Setting, SettingValues } from './setting.ts';

/** What is said otherwise than by default, by the names of settings. Valid texts alone. */
export type WrittenSettings = ReadonlyMap<string, { readonly text: string; readonly from: Origin }>;

const nothing: References = { secret: () => undefined, configMap: () => undefined, service: () => undefined };

/** The values of settings, read from their texts. */
export class ReadValues implements SettingValues {
  readonly diagnostics: Diagnostic[] = [];
  readonly references: References;
  readonly #written: WrittenSettings;

  /** Without `references` there are no other objects: for groups that name none. */
  constructor(written: WrittenSettings, references: References = nothing) {
    this.#written = written;
    this.references = references;
  }

  get<Value>(setting: Setting<Value>): Value {
    const parsed = setting.parse(this.#written.get(setting.key)?.text ?? setting.standard);
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
