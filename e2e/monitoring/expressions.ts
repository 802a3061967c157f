import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { root } from '../linked-packages.ts';

export const monitoringFolder = join(root, 'deploy', 'monitoring');

/** A query of PromQL and where it is. */
export interface Expression {
  readonly place: string;
  readonly text: string;
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
  readonly datasource?: { readonly uid: string };
}

export interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[] };
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

export function dashboard(): Dashboard {
  return JSON.parse(readFileSync(join(monitoringFolder, 'dashboard.json'), 'utf8')) as Dashboard;
}

export function dashboardExpressions(): readonly Expression[] {
  return dashboard().panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ place: title, text: expr })));
}

export function rules(): Rules {
  return load(readFileSync(join(monitoringFolder, 'rules.yaml'), 'utf8')) as Rules;
}

export function ruleExpressions(): readonly Expression[] {
  return rules().groups.flatMap((group) => group.rules.map(({ alert, expr }) => ({ place: alert, text: expr })));
}

/** What a query names: series, the labels that it chooses each by, and those that it groups by. */
export interface Named {
  readonly series: ReadonlyMap<string, ReadonlySet<string>>;
  readonly grouped: ReadonlySet<string>;
}

/** Names of ours are all that begin so: no function of PromQL does. */
const SERIES = /\b((?:nginx_ingress_controller|sluice)_\w+)(?:\{([^}]*)\})?/g;
const GROUPS = /\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g;

export function namedIn(text: string): Named {
  const series = new Map<string, Set<string>>();
  for (const [, name = '', matchers = ''] of text.matchAll(SERIES)) {
    const labels = series.get(name) ?? new Set();
    for (const [, label = ''] of matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)) labels.add(label);
    series.set(name, labels);
  }
  const grouped = [...text.matchAll(GROUPS)].flatMap(([, list = '']) => list.split(',').map((label) => label.trim()));
  return { series, grouped: new Set(grouped.filter((label) => label !== '')) };
}
