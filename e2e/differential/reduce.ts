import type { UnnamedIngress } from '../rule-set.ts';
import type { WideRequest } from './wide-request.ts';

/** A rule set and a request whose answers differ. */
export interface Culprit {
  readonly specs: readonly UnnamedIngress[];
  readonly request: WideRequest;
}

/** How long a search may take. */
const PATIENCE_MS = 40_000;

/** The smallest piece that still differs, as far as leaving out one thing after the other finds it. */
export async function reduced(culprit: Culprit, differs: (candidate: Culprit) => Promise<boolean>): Promise<Culprit> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  let smallest = culprit;
  for (let progress = true; progress && performance.now() < giveUpAt;) {
    progress = false;
    for (let index = 0, candidates = smallerThan(smallest); index < candidates.length && performance.now() < giveUpAt; index++) {
      const candidate = candidates[index];
      if (candidate === undefined || !(await differs(candidate))) continue;
      smallest = candidate;
      candidates = smallerThan(smallest);
      // What could not be left out before is not tried again in this round.
      index -= 1;
      progress = true;
    }
  }
  return smallest;
}

/** The large pieces first: halves of the set, Ingresses, then their parts, then parts of the request. */
function smallerThan({ specs, request }: Culprit): readonly Culprit[] {
  const half = Math.ceil(specs.length / 2);
  const sets = [
    ...(specs.length > 3 ? [specs.slice(half), specs.slice(0, half)] : []),
    ...without(specs),
    ...specs.flatMap((spec, index) => smallerIngresses(spec).map((smaller) => specs.with(index, smaller))),
  ];
  return [
    ...sets.map((smaller) => ({ specs: smaller, request })),
    ...smallerRequests(request).map((smaller) => ({ specs, request: smaller })),
  ];
}

function smallerIngresses(spec: UnnamedIngress): readonly UnnamedIngress[] {
  const { rules = [], tls = [], annotations = {}, defaultService, creationTimestamp, ...rest } = spec;
  const plain = {
    ...rest,
    ...(defaultService !== undefined && { defaultService }),
    ...(creationTimestamp !== undefined && { creationTimestamp }),
  };
  const made = (change: Partial<UnnamedIngress>): UnnamedIngress => ({ ...plain, rules, tls, annotations, ...change });
  return [
    ...without(rules).map((fewer) => made({ rules: fewer })),
    ...(tls.length === 0 ? [] : [made({ tls: [] })]),
    ...without(Object.entries(annotations)).map((fewer) => made({ annotations: Object.fromEntries(fewer) })),
    ...(defaultService === undefined ? [] : [{ ...rest, rules, tls, annotations }]),
    ...(creationTimestamp === undefined
      ? []
      : [{ ...rest, rules, tls, annotations, ...(defaultService !== undefined && { defaultService }) }]),
    ...rules.flatMap((rule, at) => without(rule.paths).map((fewer) => made({ rules: rules.with(at, { ...rule, paths: fewer }) }))),
  ];
}

/** One simplification each; undefined where there is nothing to simplify. */
const simplifications: readonly ((request: WideRequest) => WideRequest | undefined)[] = [
  ({ body, chunked: _chunked, ...plain }) => (body === undefined ? undefined : plain),
  (request) => (request.chunked === true ? { ...request, chunked: false } : undefined),
  ({ authority, ...plain }) => (authority === undefined ? undefined : plain),
  (request) => (request.method === 'GET' ? undefined : { ...request, method: 'GET' }),
  (request) => (request.secure ? { ...request, secure: false } : undefined),
  (request) => (request.certified ? { ...request, certified: false } : undefined),
  (request) => (request.from === '127.0.0.1' ? undefined : { ...request, from: '127.0.0.1' }),
  (request) => (request.minor === 1 ? undefined : { ...request, minor: 1, host: request.host ?? 'shop.test' }),
  (request) => (request.target.includes('?') ? { ...request, target: request.target.split('?')[0] ?? '' } : undefined),
];

function smallerRequests(request: WideRequest): readonly WideRequest[] {
  const simpler = simplifications.map((simplify) => simplify(request)).filter((one) => one !== undefined);
  return [...simpler, ...without(request.headers).map((headers) => ({ ...request, headers }))];
}

function without<T>(list: readonly T[]): readonly (readonly T[])[] {
  return list.map((_, index) => list.toSpliced(index, 1));
}
