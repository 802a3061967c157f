import type { Parsed } from '../annotations/annotation.ts';
import type { References } from '../annotations/contribution.ts';
import { bool, integer } from '../annotations/value-parsers.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { Origin } from '../origin.ts';

/** A value, or why there is none; `but`: a part of the text is left out, in words. */
export type ParsedSetting<Value> = Parsed<Value> | { readonly ok: true; readonly value: Value; readonly but?: string };

/** What documentation and findings need to know of a setting. */
export interface SettingFacts {
  /** As ingress-nginx calls it. */
  readonly key: string;
  /** What holds without it, as a user would write it. */
  readonly standard: string;
  /** Shape of the value, in words. */
  readonly values: string;
  /** What it does, one sentence without its full stop. */
  readonly effect: string;
  /** It keeps something out: that it has no effect is an error. */
  readonly protects?: boolean;
  /** Its value is told to nobody. */
  readonly secret?: boolean;
  /** The kind of the object that its value names by `namespace/name`. */
  readonly names?: 'ConfigMap' | 'Secret';
}

/** A setting of the ConfigMap that is no annotation. */
export interface Setting<Value> extends SettingFacts {
  /** Pure. Gets the trimmed text; what it makes of `standard` holds where there is no valid one. */
  readonly parse: (text: string) => ParsedSetting<Value>;
}

/** A setting whose value type does not matter. */
export type AnySetting = Setting<unknown>;

/** What a ConfigMap says by settings, for the groups that make nouns of it. */
export interface SettingValues {
  /** What is said, or what holds without it. */
  get<Value>(setting: Setting<Value>): Value;
  /** Where it is said; undefined where nothing else than the default is. */
  from(setting: AnySetting): Origin | undefined;
  /** Other objects; what was asked for is remembered: a change of it means a new reading. */
  readonly references: References;
  tell(diagnostic: Diagnostic): void;
}

/** Settings that make up one noun of the model. Pure but for what it asks of `references`. */
export interface SettingGroup<Part> {
  /** As in the documentation, such as `strict-transport`. */
  readonly name: string;
  readonly settings: readonly AnySetting[];
  readonly read: (values: SettingValues) => Part;
}

/** Switches and numbers of the ConfigMap may be empty: that is `false` and 0 (mapstructure). */
export const settingText = {
  bool: (text: string): Parsed<boolean> => (text === '' ? { ok: true, value: false } : bool(text)),
  integer: (text: string): Parsed<number> => (text === '' ? { ok: true, value: 0 } : integer(text)),
};

/** `namespace/name` of an object, or nothing. */
export function objectName(text: string): Parsed<string> {
  const valid = text === '' || /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(text);
  return valid ? { ok: true, value: text } : { ok: false, reason: 'it must be namespace/name of an object' };
}

/** Elements between commas, without empty ones; those that do not parse are left out, and told. */
export function settingList<Value>(element: (text: string) => Parsed<Value>): (text: string) => ParsedSetting<readonly Value[]> {
  return (text) => {
    const values: Value[] = [];
    const wrong: string[] = [];
    for (const part of text.split(',').map((piece) => piece.trim())) {
      if (part === '') continue;
      const parsed = element(part);
      if (parsed.ok) values.push(parsed.value);
      else wrong.push(`${JSON.stringify(part.slice(0, 80))}: ${parsed.reason}`);
    }
    const but = wrong.length === 0 ? {} : { but: `left out: ${wrong.slice(0, 5).join('; ')}` };
    return { ok: true, value: values, ...but };
  };
}

/** A whole number between two others, both included. */
export function integerBetween(least: number, most: number): (text: string) => Parsed<number> {
  return (text) => {
    const parsed = settingText.integer(text);
    if (!parsed.ok || (parsed.value >= least && parsed.value <= most)) return parsed;
    return { ok: false, reason: `it must be at least ${least} and at most ${most}` };
  };
}

/** The value under a name, where it is said; nothing where it is up to somebody else. */
export function saidOnly<const Name extends string, Value>(
  values: SettingValues,
  name: Name,
  setting: Setting<Value>,
): { readonly [Key in Name]?: Value } {
  return values.from(setting) === undefined ? {} : ({ [name]: values.get(setting) } as { readonly [Key in Name]?: Value });
}
