import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HaproxyBench, artifactOf, ask, never, spares, testBackend, testedHaproxies } from '../testing/haproxy-bench.ts';
import type { Side, Wanted } from '../testing/haproxy-bench.ts';

describe.each(testedHaproxies)('$capabilities.version', (haproxy) => {
  let bench: HaproxyBench;
  let side: Side;
  let [one, two] = [0, 0];
  beforeEach(async () => {
    bench = new HaproxyBench(haproxy);
    [one, two] = [await bench.upstream(), await bench.upstream()];
    side = await bench.started();
  });
  afterEach(() => bench.close());

  async function apply(wanted: Wanted) {
    return side.reloader.apply(artifactOf(side.table(wanted)), never);
  }

  test('before the first configuration every request is answered 503', async () => {
    expect(await ask(side.port, 'a.test')).toMatch(/^503/);
    expect(side.dataplane.facts()).toMatchObject({ proxy: 'haproxy', reloads: 0, restarts: 0 });
  });

  test('the first configuration is a reload, which needs no other reason; the same one again is nothing', async () => {
    const wanted = { hosts: { 'a.test': 'a' }, backends: [testBackend('a', [one]), ...spares(2)] };
    expect(await apply(wanted)).toMatchObject({ kind: 'applied', reasons: ['first configuration'] });
    expect(await ask(side.port, 'a.test')).toBe(`200 ${one}`);
    const writtenBefore = readdirSync(bench.folder.generations);
    expect(await apply(wanted)).toMatchObject({ kind: 'unchanged' });
    expect(readdirSync(bench.folder.generations)).toEqual(writtenBefore);
  });

  test('a configuration that HAProxy refuses is undone, and the old one serves on', async () => {
    await apply({ hosts: { 'a.test': 'a' }, backends: [testBackend('a', [one])] });
    const refused = await apply({ hosts: { 'a.test': 'a' }, backends: [testBackend('a', [one])], more: '  bogus\n' });
    expect(refused).toMatchObject({ kind: 'rolledBack', message: expect.stringContaining("unknown keyword 'bogus'") });
    expect(await ask(side.port, 'a.test')).toBe(`200 ${one}`);
    expect(readFileSync(join(bench.folder.current, 'haproxy.cfg'), 'utf8')).not.toContain('bogus');
    expect(await apply({ hosts: { 'a.test': 'a' }, backends: [testBackend('a', [two])] })).toMatchObject({ kind: 'applied' });
    expect(await ask(side.port, 'a.test')).toBe(`200 ${two}`);
  });

  test('a new service takes a spare backend, and its servers come and go without a reload', async () => {
    await apply({});
    const reloads = side.runtime.counters.reloads;
    const outcome = await apply({ hosts: { 'a.test': 'a' }, backends: [testBackend('a', [one]), ...spares(2)] });
    expect(outcome).toMatchObject({ kind: 'applied', reasons: ['host a.test added'] });
    expect(await ask(side.port, 'a.test')).toBe(`200 ${one}`);
    await apply({ hosts: { 'a.test': 'a' }, backends: [testBackend('a', [two]), ...spares(2)] });
    expect(await ask(side.port, 'a.test')).toBe(`200 ${two}`);
    expect(side.runtime.counters.reloads).toBe(reloads);
  });
});
