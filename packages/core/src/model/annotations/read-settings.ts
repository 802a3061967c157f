import { didYouMean } from '../../config/suggestion.ts';
import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { Ingress } from '../../watch/kinds/ingress.ts';
import { originOf } from '../build/ingress-origin.ts';
import type { Origin } from '../origin.ts';
import type { IngressRules } from '../settings/ingress-rules.ts';
import { risks } from './annotation.ts';
import type { InvalidOutcome, Risk } from './annotation.ts';
import type { AnnotationGroup, Denial } from './contribution.ts';
import { ANNOTATION_PREFIX, IngressSettings } from './ingress-settings.ts';
import type { WrittenText } from './ingress-settings.ts';
import { noSettings } from '../settings/global-settings.ts';
import type { DefaultAnnotation, GlobalSettings } from '../settings/global-settings.ts';
import { annotationNames, findAnnotation, findUnsupported, riskOf } from './registry.ts';
import type { ImplementedAnnotation } from './registry.ts';

/** The annotations of an Ingress, checked. */
export interface ReadSettings {
  readonly settings: IngressSettings;
  /** Groups with at least one valid annotation. */
  readonly groups: readonly AnnotationGroup[];
  /** A value is so wrong that ingress-nginx ignores the whole Ingress. */
  readonly rejected: boolean;
  readonly denied: Denial | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

interface Reading {
  readonly ingress: Ingress;
  readonly highest: Risk;
  readonly rules: IngressRules;
  readonly texts: Map<string, WrittenText>;
  readonly groups: Set<AnnotationGroup>;
  readonly dropped: Set<AnnotationGroup>;
  readonly diagnostics: Diagnostic[];
  rejected: boolean;
  denied: Denial | undefined;
}

/** One for all, of which there are many. */
const unannotated: ReadonlyMap<string, WrittenText> = new Map();

/**
 * Checks every annotation by its registry entry. A value that does not parse is reported with what follows from it, which is
 * what ingress-nginx makes of it. Lines are trimmed; empty values count as absent. An annotation with a higher risk than
 * `highest` makes the Ingress invalid, whatever its value. What is `global` holds where the
 * Ingress has no valid value.
 */
export function readSettings(ingress: Ingress, highest: Risk, global: GlobalSettings = noSettings): ReadSettings {
  const reading: Reading = {
    ingress,
    highest,
    rules: global.rules,
    texts: new Map(),
    groups: new Set(),
    dropped: new Set(),
    diagnostics: [],
    rejected: false,
    denied: undefined,
  };
  for (const [name, value] of Object.entries(ingress.metadata.annotations))
    if (name.startsWith(ANNOTATION_PREFIX)) readOne(reading, name, trimLines(value));
  if (asksGlobally(reading)) for (const [key, { text, from }] of global.auth) addDefault(reading, { key, text, from });
  for (const [key, { text, from }] of global.annotations) addDefault(reading, { key, text, from });
  for (const group of reading.dropped) {
    reading.groups.delete(group);
    for (const { key } of group.annotations) reading.texts.delete(key);
  }
  const { texts, groups, rejected, denied, diagnostics } = reading;
  const settings = new IngressSettings(ingress, texts.size === 0 ? unannotated : texts, global);
  return { settings, groups: [...groups], rejected, denied, diagnostics };
}

function readOne(reading: Reading, name: string, text: string): void {
  const key = name.slice(ANNOTATION_PREFIX.length);
  const from = originOf(reading.ingress, `metadata.annotations[${name.slice(0, 120)}]`);
  if (isForbidden(reading, key, text, from)) return;
  if (isAbove(riskOf(key), reading.highest)) {
    reading.rejected = true;
    reading.diagnostics.push(diagnose('SLU1520', from, `its risk is above ${reading.highest}; the whole Ingress is not served`));
    return;
  }
  const found = findAnnotation(key);
  if (found === undefined) skip(reading, key, text, from);
  else if (text !== '' || found.annotation.readsBlank === true) take(reading, found, { name, text, from });
}

/** What the settings do not let an Ingress say: a word makes all of it invalid, a snippet counts as absent. */
function isForbidden(reading: Reading, key: string, text: string, from: Origin): boolean {
  const word = reading.rules.blockedWords.find((one) => text.includes(one));
  if (word !== undefined) {
    reading.rejected = true;
    reading.diagnostics.push(
      diagnose('SLU1525', from, 'it has a word of annotation-value-word-blocklist; the whole Ingress is not served'),
    );
  } else if (!reading.rules.snippets && key.endsWith('-snippet')) {
    reading.diagnostics.push(diagnose('SLU1525', from, 'allow-snippet-annotations is false; it counts as absent'));
    return true;
  }
  return word !== undefined;
}

/** Whether the authentication service of the ConfigMap is for an Ingress: one with a service of its own, or that says so, is exempt. */
function asksGlobally({ texts }: Reading): boolean {
  return !texts.has('auth-url') && texts.get('enable-global-auth')?.text !== 'false';
}

/** What a ConfigMap says does not count for an Ingress that says it itself; a value that counts as absent says nothing. */
function addDefault({ texts, groups }: Reading, { key, text, from }: { key: string } & DefaultAnnotation): void {
  const found = findAnnotation(key);
  if (found === undefined || texts.has(key)) return;
  texts.set(key, { text, name: ANNOTATION_PREFIX + key, from });
  groups.add(found.group);
}

function isAbove(risk: Risk | undefined, highest: Risk): boolean {
  return risk !== undefined && risks.indexOf(risk) > risks.indexOf(highest);
}

/** An annotation without effect; a value that ingress-nginx refuses is refused all the same. */
function skip(reading: Reading, key: string, text: string, from: Origin): void {
  reading.diagnostics.push(withoutEffect(key, from));
  const check = findUnsupported(key)?.check;
  const parsed = check?.parse(text);
  if (check === undefined || parsed === undefined || parsed.ok || text === '') return;
  refuse(reading, {
    outcome: check.onInvalid,
    from,
    because: `the value ${JSON.stringify(text.slice(0, 80))} is invalid: ${parsed.reason}`,
  });
}

function withoutEffect(key: string, from: Origin): Diagnostic {
  if (findUnsupported(key) !== undefined) return diagnose('SLU1501', from, 'it has no effect');
  return diagnose(
    'SLU1503',
    from,
    `it has no effect: ingress-nginx has no such annotation${didYouMean(key.slice(0, 80), annotationNames)}`,
  );
}

interface Written {
  readonly name: string;
  readonly text: string;
  readonly from: Origin;
}

function take(reading: Reading, { annotation, group }: ImplementedAnnotation, { name, text, from }: Written): void {
  const parsed = annotation.parse(text);
  if (parsed.ok) {
    const { key, aliasOf = key } = annotation;
    const before = reading.texts.get(aliasOf)?.text ?? '';
    if (before === '' || (aliasOf === key && text !== '')) reading.texts.set(aliasOf, { text, name });
    reading.groups.add(group);
    return;
  }
  refuse(reading, {
    outcome: isIdle(reading.ingress, group) ? 'fallback' : (parsed.outcome ?? annotation.onInvalid),
    group,
    from,
    because: `the value ${JSON.stringify(text.slice(0, 80))} is invalid: ${parsed.reason}`,
  });
}

interface Refusal extends Denial {
  readonly outcome: InvalidOutcome;
  readonly group?: AnnotationGroup;
}

function refuse(reading: Reading, { outcome, group, from, because }: Refusal): void {
  reading.diagnostics.push(diagnose(codes[outcome], from, `${because}; ${consequences[outcome]}`));
  if (outcome === 'reject') reading.rejected = true;
  else if (outcome === 'deny') reading.denied ??= { because, from };
  else if (outcome === 'drop-group' && group !== undefined) reading.dropped.add(group);
}

/** Whether the annotation that turns the group on is missing. */
function isIdle({ metadata }: Ingress, { needs }: AnnotationGroup): boolean {
  return needs !== undefined && trimLines(metadata.annotations[ANNOTATION_PREFIX + needs] ?? '') === '';
}

const codes = { reject: 'SLU1505', deny: 'SLU1506', fallback: 'SLU1504', 'drop-group': 'SLU1504' } as const;

const consequences: Readonly<Record<InvalidOutcome, string>> = {
  reject: 'the whole Ingress is not served',
  deny: 'its paths answer 503',
  fallback: 'it counts as absent',
  'drop-group': 'it and the annotations that belong to it count as absent',
};

function trimLines(value: string): string {
  return value
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .trim();
}
