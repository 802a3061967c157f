import { SluiceError } from '@sluice/core';
import type { Layer, SettingsTree } from '../layers.ts';
import { isTree } from '../layers.ts';
import type { Flag, FlagValue, GivenFlags } from './flag.ts';
import { parseFlagValue } from './flag-value.ts';
import { ingressNginxFlags } from './flags.ts';

/** Flags of ingress-nginx as the command line has them: texts by names without dashes, `true` for one without a value. */
export type FlagTexts = ReadonlyMap<string, string>;

/** A flag that has no effect, and why. */
export interface IgnoredFlag {
  readonly flag: string;
  readonly because: string;
}

/** What flags of ingress-nginx come to. */
export interface FlagReading {
  readonly layer: Layer;
  readonly ignored: readonly IgnoredFlag[];
}

/** Reads flags of ingress-nginx. Throws `SLU2001` for values that ingress-nginx would not take, and for flags that are refused. */
export function readIngressNginxFlags(texts: FlagTexts): FlagReading {
  const flags = ingressNginxFlags.filter(({ name }) => texts.has(name));
  const given: GivenFlags = new Map(flags.map((flag) => [flag.name, valueOf(flag, texts.get(flag.name) ?? '')]));
  const problems = flags.flatMap((flag) => problemOf(flag, given));
  if (problems.length > 0) throw new SluiceError('SLU2001', problems.join('; '));
  const ignored = flags.flatMap(({ name, outcome }): IgnoredFlag[] =>
    outcome.kind === 'ignored' && given.get(name) !== outcome.unless ? [{ flag: `--${name}`, because: outcome.because }] : [],
  );
  return { layer: layerOf(flags, given), ignored };
}

function valueOf({ name, type }: Flag, text: string): FlagValue {
  const value = parseFlagValue(type, text);
  if (value === undefined) throw new SluiceError('SLU2001', `--${name}: ${JSON.stringify(text)} is not of the type ${type}`);
  return value;
}

function problemOf({ name, outcome }: Flag, given: GivenFlags): readonly string[] {
  const value = given.get(name);
  if (outcome.kind === 'refused') return value === outcome.unless ? [] : [`--${name}: ${outcome.instead}`];
  if (outcome.kind === 'ignored' || outcome.excludes === undefined || name > outcome.excludes) return [];
  const other = given.get(outcome.excludes) ?? '';
  return value === '' || other === '' ? [] : [`--${name} and --${outcome.excludes} exclude each other`];
}

function layerOf(flags: readonly Flag[], given: GivenFlags): Layer {
  const flagOf = new Map<string, string>();
  let tree: SettingsTree = {};
  for (const { name, outcome } of flags) {
    if (outcome.kind !== 'honoured') continue;
    for (const [path, setter] of Object.entries(outcome.settings)) {
      const value = setter(given.get(name) ?? '', given);
      if (value === undefined) continue;
      tree = withValue(tree, path.split('.'), value);
      flagOf.set(path, name);
    }
  }
  return { source: (path) => `flag --${flagOf.get(path) ?? path}`, tree };
}

function withValue(tree: SettingsTree, [key = '', ...rest]: readonly string[], value: unknown): SettingsTree {
  if (rest.length === 0) return { ...tree, [key]: value };
  const below = tree[key];
  return { ...tree, [key]: withValue(isTree(below) ? below : {}, rest, value) };
}
