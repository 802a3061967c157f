import type { Explanation } from '@sluice/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certificateFor } from './certificates.ts';
import type { KeyPair } from './certificates.ts';
import { EchoUpstream, echoOf } from './echo-upstream.ts';
import { backends, needing, programOf } from './proxy-programs.ts';
import { NAMELESS, bytesOf, destinationOf, explainPath, oddRequest } from './odd-request.ts';
import type { OddRequest } from './odd-request.ts';
import { rawRequest } from './raw-request.ts';
import type { RawAnswer } from './raw-request.ts';
import { answeringServices, certifiedNames, ingressSpecs, namespaces, objectsOf } from './rule-set.ts';
import { RunningSluice } from './running-sluice.ts';
import { TemporaryFolder } from './temporary-folder.ts';

/** Other numbers give other rules and requests: `SEED=7 npm test -- e2e/agreement`. */
const firstSeed = Number(process.env['SEED'] ?? 20_260);
const SEEDS = [0, 1, 2, 3, 4, 5, 6, 7].map((step) => firstSeed + step);
const REQUESTS = 150;
const AT_ONCE = 8;

/** What an explanation promises, and what an answer shows, in the same words. */
type Outcome = { readonly upstream: string; readonly target: string } | { readonly status: number; readonly location?: string };

function promised({ target }: OddRequest, { outcome, status = 0, location, upstream, rewritten }: Explanation): Outcome {
  if (outcome === 'forward') return { upstream: upstream?.id.split(':')[0] ?? '', target: rewritten?.target ?? target };
  return { status, ...(location !== undefined && { location: withoutNameless(location) }) };
}

/** Answers to requests without a host name none. */
function withoutNameless(location: string): string {
  return location.replace(`://${NAMELESS}/`, ':///');
}

function shown({ status, headers, body }: RawAnswer): Outcome {
  if (headers.get('content-type') === 'application/json') {
    const { upstream, target } = echoOf(body);
    return { upstream, target };
  }
  const location = headers.get('location');
  return { status, ...(location !== undefined && { location: withoutNameless(location) }) };
}

/** nginx looks at the Host header even where the request line names the host. */
function isRefusedByNginx({ authority, host = '' }: OddRequest): boolean {
  return authority !== undefined && host.includes('..');
}

const suites = backends.map((backend) => ({
  backend,
  ...needing(programOf(backend), `every answer of ${backend} is the one that is explained`),
}));

for (const { backend, title, skip } of suites) describe.skipIf(skip)(title, () => agreement(backend));

function agreement(backend: string): void {
  const folder = new TemporaryFolder();
  const upstreams: EchoUpstream[] = [];
  const outcomes = new Map<string, number>();
  let sluice: RunningSluice;
  let pair: KeyPair;

  beforeAll(async () => {
    for (const namespace of namespaces)
      for (const name of answeringServices) upstreams.push(await EchoUpstream.start(`${namespace}/${name}`));
    pair = await certificateFor(...certifiedNames);
    folder.writeObjects('manifests/rules.yaml', []);
    sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), ['--backend', backend]);
  });

  afterAll(async () => {
    await sluice?.kill();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    folder.remove();
  });

  async function compare(request: OddRequest): Promise<void> {
    const explanation = await sluice.json<Explanation>(explainPath(request));
    const answer = await rawRequest(destinationOf(request, sluice), bytesOf(request));
    const kind = explanation.outcome === 'forward' ? 'forward' : `${explanation.status}`;
    outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
    expect(shown(answer), `${JSON.stringify(request)} explained as ${JSON.stringify(explanation)}`).toEqual(
      backend === 'nginx' && isRefusedByNginx(request) ? { status: 400 } : promised(request, explanation),
    );
  }

  test.each(SEEDS)('seed %i', async (seed) => {
    const [specs = []] = fc.sample(ingressSpecs, { seed, numRuns: 1 });
    const ports = new Map(upstreams.map(({ name, port }) => [name, port]));
    folder.writeObjects('manifests/rules.yaml', objectsOf(specs, pair, ports, `seed-${seed}.marker`));
    await sluice.routes(`seed-${seed}.marker`);
    const requests = fc.sample(oddRequest, { seed, numRuns: REQUESTS });
    for (let start = 0; start < requests.length; start += AT_ONCE) await Promise.all(requests.slice(start, start + AT_ONCE).map(compare));
  });

  test('every kind of outcome was among them', () => {
    expect([...outcomes.keys()]).toEqual(expect.arrayContaining(['forward', '301', '308', '400', '404', '503']));
  });
}
