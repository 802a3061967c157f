import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { Balancing } from '../balancing.ts';
import { parseVariableText } from '../variable-text.ts';
import { annotation } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { bool, integer, oneOf, text } from './value-parsers.ts';

const ALGORITHMS = ['round_robin', 'ewma', 'chash', 'chashsubset', 'sticky_balanced', 'sticky_persistent'] as const;

const loadBalance = annotation({
  key: 'load-balance',
  risk: 'Low',
  values: 'round_robin | ewma',
  effect:
    'How requests are spread over endpoints: in turn, or to the one of two drawn by chance that answers faster. The names of hashing and stickiness that ingress-nginx accepts here mean round_robin without their own annotations.',
  standard: 'round_robin',
  target: 'Upstream.balancing',
  onInvalid: 'reject',
  parse: oneOf(ALGORITHMS),
});

const hashBy = annotation({
  key: 'upstream-hash-by',
  risk: 'High',
  values: 'a text with nginx variables',
  effect: 'Sends requests for which the text has the same value to the same endpoint (consistent hashing); goes before load-balance.',
  standard: 'no hashing',
  target: 'Upstream.balancing',
  onInvalid: 'reject',
  parse: text.variables,
});

const hashBySubset = annotation({
  key: 'upstream-hash-by-subset',
  risk: 'Low',
  values: 'true or false',
  effect: 'Hashes to a group of endpoints, of which any answers.',
  standard: 'false',
  target: 'Upstream.balancing',
  onInvalid: 'reject',
  parse: bool,
});

const hashBySubsetSize = annotation({
  key: 'upstream-hash-by-subset-size',
  risk: 'Low',
  values: 'a whole number',
  effect: 'Endpoints in such a group.',
  standard: '3',
  target: 'Upstream.balancing',
  onInvalid: 'reject',
  parse: (value) => {
    const parsed = integer(value);
    return parsed.ok && parsed.value < 0 ? { ok: false, reason: 'it must not be negative', outcome: 'fallback' } : parsed;
  },
});

const serviceUpstream = annotation({
  key: 'service-upstream',
  risk: 'Low',
  values: 'true or false',
  effect:
    'Sends requests to the cluster IP of the Service instead of its endpoints; a headless Service has none, so its endpoints are used.',
  standard: 'false',
  target: 'Upstream.endpoints',
  onInvalid: 'fallback',
  parse: bool,
});

/** How an endpoint is chosen. */
export const loadBalanceGroup: AnnotationGroup = {
  name: 'load-balancing',
  annotations: [loadBalance, hashBy, hashBySubset, hashBySubsetSize, serviceUpstream],
  contribute,
};

const DEFAULT_SUBSET = 3;

function contribute(settings: IngressSettings): Contribution {
  const diagnostics: Diagnostic[] = [];
  const balancing = hashing(settings, diagnostics) ?? algorithm(settings, diagnostics);
  const clusterIp = settings.get(serviceUpstream) === true ? { clusterIp: settings.from(serviceUpstream) } : {};
  return { upstream: { ...(balancing && { balancing }), ...clusterIp }, diagnostics };
}

function hashing(settings: IngressSettings, diagnostics: Diagnostic[]): Balancing | undefined {
  const written = settings.get(hashBy) ?? '';
  if (written === '') return undefined;
  const { parts, unknown } = parseVariableText(written);
  if (unknown !== undefined)
    diagnostics.push(diagnose('SLU1504', settings.from(hashBy), `nothing is known of the variable $${unknown}: it counts as empty`));
  const subset = settings.get(hashBySubset) === true ? { subsetSize: settings.get(hashBySubsetSize) || DEFAULT_SUBSET } : {};
  return { kind: 'hash', key: parts, ...subset, from: settings.from(hashBy) };
}

function algorithm(settings: IngressSettings, diagnostics: Diagnostic[]): Balancing | undefined {
  const name = settings.get(loadBalance);
  if (name === undefined) return undefined;
  const from = settings.from(loadBalance);
  if (name === 'ewma') return { kind: 'ewma', from };
  if (name !== 'round_robin')
    diagnostics.push(diagnose('SLU1509', from, `${name} needs annotations of its own (upstream-hash-by, affinity); round_robin is used`));
  return { kind: 'round-robin', from };
}
