import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { CanarySettings } from '../annotations/contribution.ts';
import type { UpstreamSettings } from '../annotations/contribution.ts';
import { formatObject } from '../origin.ts';
import type { Origin } from '../origin.ts';
import type { AnnotatedIngress, AnnotatedRule } from './annotated-ingress.ts';
import type { BackendRef, FragmentPath } from './ingress-fragment.ts';

/** The canary of an upstream. */
export interface AttachedCanary {
  readonly backend: BackendRef;
  /** Of the oldest canary Ingress that names the backend. */
  readonly rules: CanarySettings['rules'];
  readonly settings: UpstreamSettings;
  /** Of the Ingress that attached it: whether the affinity of the main side holds here too. */
  readonly sticky: boolean;
}

/** The Ingresses without what canaries say, and which upstreams have which canary. */
export interface CanaryPlan {
  readonly served: readonly AnnotatedIngress[];
  /** By id of the main upstream. */
  readonly canaries: ReadonlyMap<string, AttachedCanary>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Which upstream answers a path of a host. */
type Mains = ReadonlyMap<string, BackendRef>;

/**
 * Takes canary Ingresses out. Each is attached to the upstreams of the paths of others with the same host, path and type,
 * of which the first canary counts. A backend that an older ordinary Ingress names is no alternative: the Ingress takes the
 * paths of it like any other (`createUpstreams` and `mergeAlternativeBackends` of ingress-nginx). Oldest first.
 */
export function planCanaries(served: readonly AnnotatedIngress[]): CanaryPlan {
  if (!served.some(({ features }) => features.canary !== undefined)) return { served, canaries: new Map(), diagnostics: [] };
  const planner = new CanaryPlanner(served);
  const ordinary = served.flatMap((one) => planner.ordinaryPart(one));
  const mains = mainBackends(ordinary);
  for (const one of served) planner.attachAll(one, mains);
  return { served: ordinary, canaries: planner.canaries, diagnostics: planner.diagnostics };
}

const parts = new WeakMap<AnnotatedRule, AnnotatedRule>();

class CanaryPlanner {
  readonly canaries = new Map<string, AttachedCanary>();
  readonly diagnostics: Diagnostic[] = [];
  readonly #owners: ReadonlyMap<string, AnnotatedIngress>;

  constructor(served: readonly AnnotatedIngress[]) {
    this.#owners = firstMentions(served);
  }

  /** What is left of an Ingress without its canary backends; of an ordinary one everything. */
  ordinaryPart(one: AnnotatedIngress): readonly AnnotatedIngress[] {
    if (one.features.canary === undefined) return [one];
    const rules = one.rules.flatMap((rule) => this.#ordinaryRule(rule));
    const { defaultBackend } = one;
    const fallback = defaultBackend !== undefined && !this.#isAlternative(defaultBackend.backend) ? defaultBackend : undefined;
    if (fallback !== undefined) this.#reportOrdinary(fallback.backend);
    return rules.length === 0 && fallback === undefined ? [] : [{ ...one, rules, defaultBackend: fallback }];
  }

  /** Attaches every canary backend of an Ingress. */
  attachAll({ features, rules, defaultBackend }: AnnotatedIngress, mains: Mains): void {
    const { canary } = features;
    if (canary === undefined) return;
    if (defaultBackend !== undefined && this.#isAlternative(defaultBackend.backend))
      for (const [place, main] of mains) if (place.startsWith(' ')) this.#attach(defaultBackend.backend, main, canary);
    for (const { host, paths } of rules)
      for (const path of paths) {
        if (!this.#isAlternative(path.backend)) continue;
        const main = mains.get(placeOf(host, path));
        if (main !== undefined) this.#attach(path.backend, main, canary);
        else this.#reportAlone(path, host);
      }
  }

  #attach(backend: BackendRef, main: BackendRef, { sticky }: CanarySettings): void {
    const owner = this.#owners.get(backend.id)?.features;
    if (owner?.canary === undefined || this.#isAlternative(main)) return;
    const known = this.canaries.get(main.id);
    if (known === undefined) this.canaries.set(main.id, { backend, rules: owner.canary.rules, settings: owner.upstream, sticky });
    else if (known.backend.id !== backend.id)
      this.#report('SLU1521', backend.from, `${main.id} already has a canary, ${known.backend.id} of ${nameOf(known.backend)}`);
  }

  #ordinaryRule(rule: AnnotatedRule): readonly AnnotatedRule[] {
    const paths = rule.paths.filter(({ backend }) => !this.#isAlternative(backend));
    for (const { backend } of paths) this.#reportOrdinary(backend);
    if (paths.length === 0) return [];
    if (paths.length === rule.paths.length) return [rule];
    const before = parts.get(rule);
    if (before?.paths.length === paths.length && before.paths.every((path, index) => path === paths[index])) return [before];
    const part = { ...rule, paths };
    parts.set(rule, part);
    return [part];
  }

  /** The oldest Ingress that names the backend is a canary. */
  #isAlternative({ id }: BackendRef): boolean {
    return this.#owners.get(id)?.features.canary !== undefined;
  }

  #reportOrdinary(backend: BackendRef): void {
    const owner = this.#owners.get(backend.id);
    const by = owner === undefined ? '' : ` of ${formatObject(ingressOf(owner))}`;
    this.#report(
      'SLU1522',
      backend.from,
      `${backend.id} is a main backend${by}: it takes all requests of the path, whatever the canary rules say`,
    );
  }

  #reportAlone({ match, from }: FragmentPath, host: string): void {
    const where = host === '' ? 'without a host' : `of the host ${host}`;
    this.#report('SLU1521', from, `no other Ingress has the ${match.kind} path ${match.path} ${where}; it is not served`);
  }

  #report(code: 'SLU1521' | 'SLU1522', from: Origin, message: string): void {
    this.diagnostics.push(diagnose(code, from, message));
  }
}

function placeOf(host: string, { match }: Pick<FragmentPath, 'match'>): string {
  return `${host} ${match.kind} ${match.path}`;
}

function ingressOf({ ingress }: AnnotatedIngress): Origin['object'] {
  return { kind: 'Ingress', namespace: ingress.metadata.namespace, name: ingress.metadata.name };
}

function nameOf({ from }: BackendRef): string {
  return formatObject(from.object);
}

function firstMentions(served: readonly AnnotatedIngress[]): ReadonlyMap<string, AnnotatedIngress> {
  const owners = new Map<string, AnnotatedIngress>();
  for (const one of served) {
    const backends = one.rules.flatMap(({ paths }) => paths.map(({ backend }) => backend));
    if (one.defaultBackend !== undefined) backends.push(one.defaultBackend.backend);
    for (const { id } of backends) if (!owners.has(id)) owners.set(id, one);
  }
  return owners;
}

/** The oldest Ingress has a path; what a default backend answers is the prefix `/` of its hosts. */
function mainBackends(served: readonly AnnotatedIngress[]): Mains {
  const mains = new Map<string, BackendRef>();
  const claim = (place: string, backend: BackendRef): void => {
    if (!mains.has(place)) mains.set(place, backend);
  };
  for (const { rules } of served) for (const { host, paths } of rules) for (const path of paths) claim(placeOf(host, path), path.backend);
  for (const { rules, defaultBackend, ingress } of served) {
    if (defaultBackend === undefined) continue;
    for (const { host } of rules) claim(`${host} prefix /`, defaultBackend.backend);
    if (ingress.spec.rules.length === 0) claim(' prefix /', defaultBackend.backend);
  }
  return mains;
}
