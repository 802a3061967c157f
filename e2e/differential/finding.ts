import { ingress } from '../manifest.ts';
import type { UnnamedIngress } from '../rule-set.ts';
import { undeclared } from './declared-differences.ts';
import type { Difference } from './difference.ts';
import { reduced } from './reduce.ts';
import type { Culprit } from './reduce.ts';
import type { Comparison, SideBySide } from './side-by-side.ts';
import { bytesOf } from './wide-request.ts';

/** The smallest rule set and request that were found to differ, and how. */
export interface Finding extends Culprit {
  readonly backends: Comparison['backends'];
  readonly differences: readonly Difference[];
}

/** What tells one kind of difference from others. */
export function kindOf(differences: readonly Difference[]): string {
  return [...new Set(differences.map(nameOf))].toSorted().join('; ');
}

function nameOf({ what, left, right }: Difference): string {
  if (what === 'status') return `status ${left} | ${right}`;
  if (!what.startsWith('explained')) return what.replace(/(one|two)\/[a-z-]+[0-9]?/, 'an endpoint');
  const { outcome, status = '' } = JSON.parse(left) as { readonly outcome: string; readonly status?: number };
  return `${what} ${outcome} ${status} | ${(JSON.parse(right) as { readonly status: string }).status}`;
}

/** Looks for the smallest piece of a rule set and a request that differs in the same way on the same backends. */
export async function smallestFinding(
  sides: SideBySide,
  specs: readonly UnnamedIngress[],
  { backends, request, ...comparison }: Comparison,
): Promise<Finding> {
  const [, right] = backends;
  let last = undeclared({ backends, request, ...comparison });
  const wanted = last[0]?.what ?? '';
  let served: readonly UnnamedIngress[] | undefined;
  const differs = async ({ specs: candidate, request: sent }: Culprit): Promise<boolean> => {
    if (served !== candidate) {
      // An Ingress that is not valid would go on with what the one of its name was in the candidate before.
      await sides.serve([]);
      await sides.serve(candidate);
    }
    served = candidate;
    const found = (await sides.compare(sent, right)).flatMap(undeclared);
    if (!found.some(({ what }) => what === wanted)) return false;
    last = found;
    return true;
  };
  const smallest = await reduced({ specs, request }, differs);
  return { ...smallest, backends, differences: last };
}

/** A finding as people read it. */
export function findingText({ specs, request, differences, backends: [left, right] }: Finding): string {
  const objects = specs.map((spec, index) => JSON.stringify(ingress({ name: `number-${index}`, ...spec })));
  const sent = bytesOf(request, 'probe').slice(0, 1500);
  const way = `${request.secure ? 'over TLS' : 'plain'}${request.secure && request.certified ? ', with a client certificate' : ''}, from ${request.from}`;
  return [
    'manifests:',
    ...objects.map((text) => `  ${text}`),
    `request (${way}): ${JSON.stringify(sent)}`,
    ...differences.map(
      (one) =>
        `  ${one.what}\n    ${one.what.startsWith('explained') ? 'said' : left}: ${one.left}\n    ${one.what.startsWith('explained') ? 'seen' : right}: ${one.right}`,
    ),
  ].join('\n');
}
