import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machineProxy, needing } from '../proxy-programs.ts';
import type { Proxy } from '../proxy-programs.ts';
import { findingText } from './finding.ts';
import { hunt } from './hunt.ts';
import { SideBySide } from './side-by-side.ts';

/** Other numbers give other rules and requests: `SEED=7 npm test -- e2e/differential`. What is found is the same with `npm run soak -- --seed 7`. */
const firstSeed = Number(process.env['SEED'] ?? 20_260);
/** These come first unless other numbers are asked for: among them is every kind of outcome, also where time is short. */
const varied = process.env['SEED'] === undefined ? [20_283, 20_263, 20_260, 20_266, 20_275, 20_280] : [];
const SETS = 40;
const REQUESTS = 100;
/** A busy machine looks at fewer sets. */
const HUNT_MS = 40_000;
const LEAST_SETS = 6;
const PATIENCE_MS = 180_000;

const LEFT = 'node';
const proxies = (['nginx', 'haproxy'] satisfies Proxy[]).map((name) => ({ name, program: machineProxy(name) }));
const rights = proxies.flatMap(({ name, program }) => ('binary' in program ? [name] : []));

describe.skipIf(rights.length === 0)(`${[LEFT, ...rights].join(' and ')}, side by side`, () => {
  let sides: SideBySide;
  const statuses = new Set<string>();
  const servers = new Set<string>();
  const compared = new Set<string>();

  beforeAll(async () => {
    sides = await SideBySide.start(LEFT, rights);
  });

  afterAll(() => sides?.stop());

  test(`answer alike, seeds from ${firstSeed}`, { timeout: PATIENCE_MS }, async () => {
    const found: string[] = [];
    const { sets } = await hunt(sides, {
      seedOf: (set) => varied[set] ?? firstSeed + set,
      forMs: HUNT_MS,
      leastSets: LEAST_SETS,
      maxSets: SETS,
      requests: REQUESTS,
      maxKinds: 3,
      found: (finding) => found.push(`seed ${finding.seed}: ${findingText(finding)}`),
      compared: ({ left, backends }) => {
        compared.add(backends[1]);
        statuses.add(left.status);
        for (const { server } of left.received) servers.add(server);
      },
    });
    expect(found.join('\n\n')).toBe('');
    expect(sets).toBeGreaterThanOrEqual(LEAST_SETS);
  });

  test('every kind of outcome was among them', () => {
    const expected = ['200', '204', '301', '302', '308', '400', '403', '404', '405', '413', '418', '500', '503'];
    expect([...statuses]).toEqual(expect.arrayContaining(expected));
    expect([...servers]).toEqual(expect.arrayContaining(['auth', 'one/a', 'two/c', 'one/many', 'one/secure']));
  });
  for (const { name, program } of proxies) {
    const { skip, title } = needing(program, `${name} was among them`);
    test.skipIf(skip)(title, () => expect([...compared]).toContain(name));
  }
});
