import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { Ingress, IngressBackend, IngressRule } from '../../watch/kinds/ingress.ts';
import type { PathMatch } from '../match.ts';
import type { Origin } from '../origin.ts';
import { originOf } from './ingress-origin.ts';
import { isFixed, isRuleHost, readPath } from './path-rule.ts';

/** A Service port as an Ingress names it; equal ids share one upstream. */
export interface BackendRef {
  readonly id: string;
  readonly namespace: string;
  readonly service: string;
  readonly port: string;
  readonly from: Origin;
}

export interface FragmentPath {
  readonly match: PathMatch;
  /** The path as written; `/` where it is empty. */
  readonly text: string;
  /** Neither Exact nor Prefix was asked for. */
  readonly anyType: boolean;
  readonly backend: BackendRef;
  readonly from: Origin;
}

export interface FragmentRule {
  /** Empty for the catch-all host. */
  readonly host: string;
  readonly paths: readonly FragmentPath[];
  readonly from: Origin;
}

/** What one Ingress says, read without looking at any other object: the unit that is cached. */
export interface IngressFragment {
  readonly ingress: Ingress;
  readonly rules: readonly FragmentRule[];
  readonly defaultBackend: BackendRef | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

const fragments = new WeakMap<Ingress, IngressFragment>();

/** Reads an Ingress once for each version of it. Parts that are not valid are left out and reported; the rest counts. */
export function readIngress(ingress: Ingress): IngressFragment {
  let fragment = fragments.get(ingress);
  if (fragment === undefined) fragments.set(ingress, (fragment = read(ingress)));
  return fragment;
}

function read(ingress: Ingress): IngressFragment {
  const diagnostics: Diagnostic[] = [];
  const { rules, defaultBackend } = ingress.spec;
  const backend = defaultBackend && readBackend(defaultBackend, originOf(ingress, 'spec.defaultBackend'), diagnostics);
  if (rules.length === 0 && defaultBackend === undefined)
    diagnostics.push(diagnose('SLU1104', originOf(ingress, 'spec'), 'it routes nothing'));
  const readRules = rules.flatMap((rule, index) => readRule(rule, originOf(ingress, `spec.rules[${index}]`), diagnostics));
  return { ingress, rules: readRules, defaultBackend: backend, diagnostics };
}

function readRule({ host, http }: IngressRule, from: Origin, diagnostics: Diagnostic[]): FragmentRule[] {
  if (host !== '' && !isRuleHost(host)) {
    diagnostics.push(
      diagnose(
        'SLU1201',
        { ...from, field: `${from.field}.host` },
        `${JSON.stringify(host.slice(0, 80))} is not a host name; the rule is left out`,
      ),
    );
    return [];
  }
  const paths = (http?.paths ?? []).flatMap((path, index): FragmentPath[] => {
    const at: Origin = { ...from, field: `${from.field}.http.paths[${index}]` };
    const rule = readPath(path, at);
    if (rule.kind === 'invalid') diagnostics.push(rule.diagnostic);
    const backend = readBackend(path.backend, { ...at, field: `${at.field}.backend` }, diagnostics);
    return rule.kind === 'match' && backend !== undefined
      ? [{ match: rule.match, text: path.path || '/', anyType: !isFixed(path.pathType), backend, from: at }]
      : [];
  });
  return [{ host, paths, from }];
}

function readBackend({ service, resource }: IngressBackend, from: Origin, diagnostics: Diagnostic[]): BackendRef | undefined {
  if (service === undefined) {
    if (resource !== undefined)
      diagnostics.push(diagnose('SLU1205', from, `it names the resource ${resource.kind} ${resource.name}; it is left out`));
    else diagnostics.push(diagnose('SLU1206', from, 'it names no Service; it is left out'));
    return undefined;
  }
  const port = service.port.name ?? String(service.port.number ?? '');
  const { namespace } = from.object;
  return {
    id: `${namespace}/${service.name}:${port}`,
    namespace,
    service: service.name,
    port,
    from: { ...from, field: `${from.field}.service` },
  };
}
