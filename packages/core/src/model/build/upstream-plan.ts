import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { UpstreamSettings } from '../annotations/contribution.ts';
import type { CanaryRules } from '../canary.ts';
import { formatObject } from '../origin.ts';
import type { Origin } from '../origin.ts';
import type { AnnotatedIngress } from './annotated-ingress.ts';
import type { AttachedCanary, CanaryPlan } from './canary-plan.ts';
import type { BackendRef } from './ingress-fragment.ts';

/** An upstream that routes need, and what Ingresses say about it. Its parts keep their identity while the Ingresses stay the same. */
export interface PlannedUpstream {
  readonly ref: BackendRef;
  readonly settings: UpstreamSettings;
  readonly canary: { readonly upstream: string; readonly rules: CanaryRules } | undefined;
}

export interface UpstreamPlan {
  readonly upstreams: ReadonlyMap<string, PlannedUpstream>;
  readonly diagnostics: readonly Diagnostic[];
}

interface Mentioned {
  readonly ref: BackendRef;
  /** Oldest first, without repetitions. */
  readonly by: AnnotatedIngress[];
}

/** Collects the upstreams of all routes and canaries with their settings; Ingresses that say something else are told. */
export function planUpstreams({ served, canaries }: CanaryPlan): UpstreamPlan {
  const diagnostics: Diagnostic[] = [];
  const upstreams = new Map<string, PlannedUpstream>();
  for (const [id, { ref, by }] of mentionsOf(served)) {
    const canary = canaries.get(id);
    const settings = settle(id, by, diagnostics);
    upstreams.set(id, { ref, settings, canary: canary && { upstream: canary.backend.id, rules: canary.rules } });
  }
  for (const [main, canary] of canaries) addCanary(upstreams, upstreams.get(main)?.settings, canary);
  for (const { features } of served)
    for (const ref of features.backends) if (!upstreams.has(ref.id)) upstreams.set(ref.id, { ref, settings: {}, canary: undefined });
  return { upstreams, diagnostics };
}

function addCanary(upstreams: Map<string, PlannedUpstream>, main: UpstreamSettings | undefined, canary: AttachedCanary): void {
  const { backend, settings, sticky } = canary;
  if (upstreams.has(backend.id)) return;
  upstreams.set(backend.id, { ref: backend, settings: withAffinity(settings, sticky ? main?.affinity : undefined), canary: undefined });
}

function mentionsOf(served: readonly AnnotatedIngress[]): ReadonlyMap<string, Mentioned> {
  const mentions = new Map<string, Mentioned>();
  const mention = (ref: BackendRef, by: AnnotatedIngress): void => {
    const known = mentions.get(ref.id);
    if (known === undefined) mentions.set(ref.id, { ref, by: [by] });
    else if (known.by.at(-1) !== by) known.by.push(by);
  };
  for (const one of served) {
    for (const { paths } of one.rules) for (const { backend } of paths) mention(backend, one);
    if (one.defaultBackend !== undefined) mention(one.defaultBackend.backend, one);
  }
  return mentions;
}

/** The oldest Ingress decides; for affinity it is the oldest of those that ask for one, as in ingress-nginx. */
function settle(id: string, by: readonly AnnotatedIngress[], diagnostics: Diagnostic[]): UpstreamSettings {
  const [oldest, ...others] = by;
  if (oldest === undefined || others.length === 0) return oldest?.features.upstream ?? {};
  const sticky = by.find(({ features }) => features.upstream.affinity !== undefined) ?? oldest;
  const settled = withAffinity(oldest.features.upstream, sticky.features.upstream.affinity);
  for (const { features } of others) {
    const said = features.upstream;
    tellLoser(id, oldest, [said.balancing, settled.balancing], diagnostics);
    tellLoser(id, oldest, [placed(said.clusterIp), placed(settled.clusterIp)], diagnostics);
    tellLoser(id, sticky, [said.affinity, settled.affinity], diagnostics);
  }
  return settled;
}

function withAffinity({ affinity: _own, ...settings }: UpstreamSettings, affinity: UpstreamSettings['affinity']): UpstreamSettings {
  return affinity === undefined ? settings : { ...settings, affinity };
}

function placed(from: Origin | undefined): Said | undefined {
  return from && { from };
}

/** Reports what an Ingress says in vain. */
function tellLoser(id: string, winner: AnnotatedIngress, [said, decided]: readonly (Said | undefined)[], diagnostics: Diagnostic[]): void {
  if (said === undefined || sayTheSame(said, decided)) return;
  const { namespace, name } = winner.ingress.metadata;
  const who = formatObject({ kind: 'Ingress', namespace, name });
  diagnostics.push(diagnose('SLU1523', said.from, `${who} is older and decides it for ${id}`));
}

interface Said {
  readonly from: Origin;
}

function sayTheSame({ from: _here, ...own }: Said, winner: Said | undefined): boolean {
  if (winner === undefined) return false;
  const { from: _there, ...other } = winner;
  return JSON.stringify(own) === JSON.stringify(other);
}
