import { diagnose } from '../observe/diagnostic.ts';
import type { Diagnostic } from '../observe/diagnostic.ts';
import { formatObject } from '../model/origin.ts';
import type { Origin } from '../model/origin.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { VirtualHost } from '../model/virtual-host.ts';

/**
 * How a backend does what an annotation asks for. `exact`: as ingress-nginx. `equivalent`: by other means, with the same
 * result for clients and upstreams. `approximate`: with a difference that the note tells. `refused`: not at all.
 */
export type FidelityLevel = 'exact' | 'equivalent' | 'approximate' | 'refused';

export interface Fidelity {
  readonly level: Exclude<FidelityLevel, 'exact'>;
  /** What is different, as a sentence without its full stop. */
  readonly note: string;
}

/** By annotation, without prefix, or setting of the ConfigMap; what is not in it are `exact`. */
export type FidelityTable = Readonly<Record<string, Fidelity>>;

const told = new WeakMap<FidelityTable, WeakMap<VirtualHost, readonly Diagnostic[]>>();

/** One diagnostic for each annotation of each object, and each setting, that takes effect otherwise than exactly. Looks at changed hosts only. */
export function fidelityDiagnostics({ virtualHosts, settings }: RoutingModel, table: FidelityTable): readonly Diagnostic[] {
  let known = told.get(table);
  if (known === undefined) told.set(table, (known = new WeakMap()));
  const all = new Map<string, Diagnostic>();
  for (const host of virtualHosts) {
    let ofHost = known.get(host);
    if (ofHost === undefined) known.set(host, (ofHost = diagnosticsOf(host, table)));
    for (const diagnostic of ofHost) all.set(`${formatObject(diagnostic.object)} ${diagnostic.field}`, diagnostic);
  }
  for (const diagnostic of ofSettings(settings, table)) all.set(`${formatObject(diagnostic.object)} ${diagnostic.field}`, diagnostic);
  return [...all.values()];
}

/** That nothing is kept out where somebody said so is an error. */
function ofSettings({ said }: RoutingModel['settings'], table: FidelityTable): readonly Diagnostic[] {
  return said.flatMap(({ key, from, protects }) => {
    const fidelity = table[key];
    if (fidelity === undefined || fidelity.level === 'equivalent') return [];
    const refusal = protects === true ? 'SLU1604' : 'SLU1510';
    return [diagnose(fidelity.level === 'refused' ? refusal : 'SLU1509', from, fidelity.note)];
  });
}

function diagnosticsOf({ routes }: VirtualHost, table: FidelityTable): readonly Diagnostic[] {
  const origins = new Set(routes.flatMap(({ policies }) => policies.map(({ from }) => from)));
  return [...origins].flatMap((from) => {
    const fidelity = table[annotationOf(from)];
    if (fidelity === undefined || fidelity.level === 'equivalent') return [];
    return [diagnose(fidelity.level === 'refused' ? 'SLU1510' : 'SLU1509', from, fidelity.note)];
  });
}

/** `rewrite-target` of an origin in `metadata.annotations[nginx.ingress.kubernetes.io/rewrite-target]`, or of a ConfigMap in `data[rewrite-target]`. */
function annotationOf({ field }: Origin): string {
  return /^(?:metadata\.annotations\[[^/\]]*\/|data\[)([^\]]+)\]$/.exec(field)?.[1] ?? '';
}
