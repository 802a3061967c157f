import { didYouMean } from '../../config/suggestion.ts';
import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { ConfigMap } from '../../watch/kinds/config-map.ts';
import type { Snapshot } from '../../watch/snapshot.ts';
import { risks } from '../annotations/annotation.ts';
import type { Risk } from '../annotations/annotation.ts';
import { findAnnotation } from '../annotations/registry.ts';
import { builtIn } from '../origin.ts';
import type { Origin } from '../origin.ts';
import {
  annotationSettings,
  globalAuthSettings,
  idleSettings,
  locationSettings,
  protectiveSettings,
  settingsWithoutEffect,
} from './setting-names.ts';
import { ingressRules } from './ingress-rules.ts';
import type { IngressRules } from './ingress-rules.ts';
import { findSetting, honouredSettings } from './setting-groups.ts';
import type { AnySetting, ParsedSetting } from './setting.ts';

/** A value that holds for every Ingress without the annotation. */
export interface DefaultAnnotation {
  readonly text: string;
  readonly from: Origin;
}

/** What a ConfigMap says for all Ingresses (ingress-nginx `--configmap`). */
export interface GlobalSettings {
  /** `namespace/name` of the ConfigMap; absent for none. */
  readonly configMap?: string;
  /** By the name of the annotation, without prefix. */
  readonly annotations: ReadonlyMap<string, DefaultAnnotation>;
  /** The same about an authentication service: all of it, or nothing where there is none. */
  readonly auth: ReadonlyMap<string, DefaultAnnotation>;
  /** Beginnings of paths, as Ingresses write them, that nobody is asked for a password or by a service for. */
  readonly noAuthLocations: readonly string[];
  /** Beginnings of paths that are never redirected to HTTPS. */
  readonly noTlsRedirectLocations: readonly string[];
  /** Goes before the option of the same name. */
  readonly annotationsRiskLevel?: Risk;
  /** Of settings that are no annotations, by their names: what is said otherwise than by default, and is valid. */
  readonly values: ReadonlyMap<string, DefaultAnnotation>;
  /** How Ingresses are read, by those. */
  readonly rules: IngressRules;
  readonly diagnostics: readonly Diagnostic[];
}

/** What holds without a ConfigMap. */
export const noSettings: GlobalSettings = {
  annotations: new Map(),
  auth: new Map(),
  noAuthLocations: locationsOf(locationSettings['no-auth-locations']),
  noTlsRedirectLocations: locationsOf(locationSettings['no-tls-redirect-locations']),
  values: new Map(),
  rules: ingressRules(new Map()),
  diagnostics: [],
};

const known = new WeakMap<ConfigMap, GlobalSettings>();

/** The settings of the ConfigMap `id` (`namespace/name`); nothing is set where it is empty. The same object for the same ConfigMap. */
export function globalSettings(id: string, snapshot: Snapshot): GlobalSettings {
  if (id === '') return noSettings;
  const configMap = snapshot.objects.ConfigMap.get(id);
  if (configMap === undefined) return missing(id);
  let settings = known.get(configMap);
  if (settings === undefined) known.set(configMap, (settings = read(configMap)));
  return settings;
}

const absent = new Map<string, GlobalSettings>();

function missing(id: string): GlobalSettings {
  let settings = absent.get(id);
  if (settings === undefined) {
    const diagnostics = [diagnose('SLU1605', builtIn, `the ConfigMap ${id} does not exist: nothing is set by it`)];
    absent.set(id, (settings = { ...noSettings, configMap: id, diagnostics }));
  }
  return settings;
}

const RISK_LEVEL = 'annotations-risk-level';

function read({ metadata: { namespace, name }, data }: ConfigMap): GlobalSettings {
  const taken: Taken = { annotations: new Map(), auth: new Map(), values: new Map(), diagnostics: [] };
  for (const [key, value] of Object.entries(data)) {
    const from: Origin = { object: { kind: 'ConfigMap', namespace, name }, field: `data[${key.slice(0, 120)}]` };
    take({ key, text: value.trim(), from }, taken);
  }
  const { auth } = taken;
  const riskLevel = data[RISK_LEVEL]?.trim() ?? '';
  return {
    configMap: `${namespace}/${name}`,
    ...taken,
    rules: ingressRules(taken.values),
    auth: auth.has('auth-url') ? auth : new Map(),
    noAuthLocations: locationsOf(data['no-auth-locations'] ?? locationSettings['no-auth-locations']),
    noTlsRedirectLocations: locationsOf(data['no-tls-redirect-locations'] ?? locationSettings['no-tls-redirect-locations']),
    ...(isRisk(riskLevel) && { annotationsRiskLevel: riskLevel }),
  };
}

interface Taken {
  readonly annotations: Map<string, DefaultAnnotation>;
  readonly auth: Map<string, DefaultAnnotation>;
  readonly values: Map<string, DefaultAnnotation>;
  readonly diagnostics: Diagnostic[];
}

function take({ key, ...written }: Written, taken: Taken): void {
  const { annotations, auth, diagnostics } = taken;
  const authKey = globalAuthSettings.get(key);
  const setting = findSetting(key);
  if (setting !== undefined) takeSetting(setting, written, taken);
  else if (annotationSettings.has(key)) takeAnnotation(annotations, diagnostics, { key, ...written });
  else if (authKey !== undefined) takeAnnotation(auth, diagnostics, { key: authKey, ...written });
  else diagnostics.push(...finding(key, written));
}

/** What is said as by default is not noted: nothing differs by it. */
function takeSetting({ key, parse, standard, protects }: AnySetting, written: DefaultAnnotation, { values, diagnostics }: Taken): void {
  const parsed = parse(written.text);
  const code = protects === true ? 'SLU1604' : 'SLU1603';
  if (!parsed.ok) diagnostics.push(invalid(written.from, written.text, parsed.reason, code));
  else if (!sameValue(parsed, parse(standard))) values.set(key, written);
  if (parsed.ok && 'but' in parsed && parsed.but !== undefined) diagnostics.push(diagnose(code, written.from, parsed.but));
}

function sameValue(a: ParsedSetting<unknown>, b: ParsedSetting<unknown>): boolean {
  return a.ok && b.ok && JSON.stringify(a.value) === JSON.stringify(b.value);
}

function locationsOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** What is to be told of a setting that is no annotation. */
function finding(key: string, { text, from }: DefaultAnnotation): readonly Diagnostic[] {
  if (key === RISK_LEVEL) return isRisk(text) ? [] : [invalid(from, text, `it must be one of ${risks.join(', ')}`)];
  return Object.hasOwn(locationSettings, key) ? [] : withoutEffect(key, text, from);
}

function isRisk(text: string): text is Risk {
  return risks.some((risk) => risk === text);
}

interface Written extends DefaultAnnotation {
  readonly key: string;
}

function takeAnnotation(annotations: Map<string, DefaultAnnotation>, diagnostics: Diagnostic[], { key, text, from }: Written): void {
  const found = findAnnotation(key);
  if (found === undefined || text === '') return;
  const parsed = found.annotation.parse(text);
  if (parsed.ok) annotations.set(found.annotation.aliasOf ?? key, { text, from });
  else if (key === 'auth-url') diagnostics.push(diagnose('SLU1604', from, `nobody is asked: the value is invalid: ${parsed.reason}`));
  else diagnostics.push(invalid(from, text, parsed.reason));
}

function invalid(from: Origin, text: string, reason: string, code: 'SLU1603' | 'SLU1604' = 'SLU1603'): Diagnostic {
  return diagnose(code, from, `the value ${JSON.stringify(text.slice(0, 80))} is invalid: ${reason}; it counts as absent`);
}

/** What has an effect, but not the whole. */
const PARTLY: Readonly<Record<string, string>> = {
  'strict-validate-path-type': 'it has no effect: ingress-nginx looks at it in its admission webhook alone',
  'http-snippet': 'only its zones for limit_req by client address are read, for snippets that limit requests; all else has no effect',
};

/** What asks for nothing is not told. */
function withoutEffect(key: string, text: string, from: Origin): readonly Diagnostic[] {
  if (Object.hasOwn(protectiveSettings, key))
    return text === protectiveSettings[key]
      ? []
      : [diagnose('SLU1604', from, 'it keeps something out in ingress-nginx, and has no effect')];
  if (Object.hasOwn(settingsWithoutEffect, key))
    return text === settingsWithoutEffect[key] ? [] : [diagnose('SLU1601', from, PARTLY[key] ?? 'it has no effect')];
  if (idleSettings.has(key)) return [diagnose('SLU1601', from, 'it has no effect, nor has it in ingress-nginx')];
  return [diagnose('SLU1602', from, `it has no effect: ingress-nginx has no such setting${didYouMean(key.slice(0, 80), settingNames)}`)];
}

/** Names of all settings that ingress-nginx has. */
export const settingNames: readonly string[] = [
  ...honouredSettings,
  ...annotationSettings,
  ...globalAuthSettings.keys(),
  ...Object.keys(locationSettings),
  RISK_LEVEL,
  ...Object.keys(protectiveSettings),
  ...Object.keys(settingsWithoutEffect),
  ...idleSettings,
].toSorted();
