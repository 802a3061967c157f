import type { ServerResponse } from 'node:http';
import { connect as connectTls } from 'node:tls';
import { KeyMaterial, createDefaultCertificate } from '@sluice/core';
import { generate } from 'selfsigned';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  HaproxyBench,
  artifactOf,
  ask,
  host,
  ingress,
  never,
  spares,
  testBackend,
  testMap,
  testSection,
  testedHaproxies,
  until,
} from '../testing/haproxy-bench.ts';
import type { Side, Wanted } from '../testing/haproxy-bench.ts';
import type { CertificateLine, ServedCertificate } from '../render/haproxy-table.ts';
import { MAX_MESSAGE } from './command-socket.ts';
import { CommandRefused } from './worker-channel.ts';

const defaultLine: CertificateLine = { certificate: undefined, options: '', names: [] };

describe.each(testedHaproxies)('$capabilities.version', (haproxy) => {
  let bench: HaproxyBench;
  let side: Side;
  let [one, two] = [0, 0];
  beforeEach(async () => {
    bench = new HaproxyBench(haproxy);
    [one, two] = [await bench.upstream(), await bench.upstream()];
    side = await bench.started();
    await apply({});
  });
  afterEach(() => bench.close());

  function apply(wanted: Wanted) {
    return side.reloader.apply(artifactOf(side.table(wanted)), never);
  }

  /** Applies what must not need a reload. */
  async function told(wanted: Wanted): Promise<readonly string[]> {
    const { reloads } = side.runtime.counters;
    const outcome = await apply(wanted);
    expect(outcome).toMatchObject({ kind: 'applied' });
    expect({ reloads: side.runtime.counters.reloads, warnings: side.told.filter(({ level }) => level === 'warn') }).toEqual({
      reloads,
      warnings: [],
    });
    return outcome.kind === 'applied' ? outcome.reasons : [];
  }

  function channel() {
    return side.runtime.channel(side.runtime.served.loaded?.id ?? '');
  }

  test('spare backends are taken until none is left, and given back', async () => {
    const a = testBackend('a', [one]);
    const b = testBackend('b', [two]);
    const c = testBackend('c', [one]);
    const hosts = { 'a.test': 'a', 'b.test': 'b' };
    await told({ hosts, backends: [a, b, ...spares(2)] });
    expect(side.dataplane.facts()).toMatchObject({ spareBackends: 0, runtimeUpdates: 1 });
    const more = await apply({ hosts: { ...hosts, 'c.test': 'c' }, backends: [a, b, c, ...spares(2)] });
    expect(more).toMatchObject({ reasons: ['backend of c is new and no spare backend is left'] });
    expect(await ask(side.port, 'c.test')).toBe(`200 ${one}`);
    // After the reload each stands for itself; one that goes makes place for another.
    await told({ hosts: { 'b.test': 'b' }, backends: [b, ...spares(2)] });
    expect(side.dataplane.facts()).toMatchObject({ spareBackends: 4 });
    await told({ hosts, backends: [a, b, testBackend('d', [two]), ...spares(2)] });
    expect(await ask(side.port, 'a.test')).toBe(`200 ${one}`);
    expect(await ask(side.port, 'b.test')).toBe(`200 ${two}`);
  });

  test('a backend of another class, or one whose servers cannot change, needs a reload', async () => {
    const fixed = testBackend('f', [one], { dynamic: false, class: 'fixed', more: '  balance source\n' });
    const hosts = { 'f.test': 'f' };
    expect(await apply({ hosts, backends: [fixed, ...spares(2)] })).toMatchObject({
      reasons: ['backend of f is new, and its servers cannot be added later'],
    });
    const other = { ...testBackend('f', [two], { class: 'fixed', more: '  balance source\n' }), dynamic: false };
    expect(await apply({ hosts, backends: [other, ...spares(2)] })).toMatchObject({
      reasons: ['backend of f has other servers, which it can only get with a reload'],
    });
    expect(await ask(side.port, 'f.test')).toBe(`200 ${two}`);
    await told({ hosts, backends: [testBackend('f', [one]), ...spares(2)] });
    expect(await ask(side.port, 'f.test')).toBe(`200 ${one}`);
  });

  test('a class, lists of users and files that nobody has any more are no reason to reload, nor is it when they come back', async () => {
    const [plain, other] = [testBackend('a', [one]), testBackend('b', [two], { class: 'other' })];
    const more = [...side.table({}).frame, testSection('users of shop/users (1)', 'userlist users_1\n'), testSection('more', '# more\n')];
    const files = [{ path: 'authorities/x.pem', content: 'x' }];
    const hosts = { 'a.test': 'a', 'b.test': 'b' };
    const outcome = await apply({ hosts, backends: [plain, other, ...spares(2)], frame: more, files });
    expect(outcome).toMatchObject({ reasons: ['users of shop/users (1) added', 'more added'] });
    expect(await told({ hosts: { 'a.test': 'a' }, backends: [plain, ...spares(2)] })).toEqual(['host b.test removed']);
    expect(await told({ hosts, backends: [plain, other, ...spares(2)], frame: more, files })).toEqual(['host b.test added']);
    expect(await ask(side.port, 'b.test')).toBe(`200 ${two}`);
  });

  test('a class that is new is the reason, and not that it has no spare backends yet', async () => {
    const frame = [...side.table({}).frame, testSection('backends with patience', 'defaults patience\n  timeout connect 9s\n')];
    const backends = [testBackend('b', [two], { class: 'patience' }), ...spares(2)];
    expect(await apply({ hosts: { 'b.test': 'b' }, backends, frame })).toMatchObject({ reasons: ['backends with patience added'] });
  });

  test('a server that goes finishes the request that it has, and one that comes back stays', async () => {
    const waiting: ServerResponse[] = [];
    const slow = await bench.upstream((response) => void waiting.push(response));
    const hosts = { 'a.test': 'a' };
    await told({ hosts, backends: [testBackend('a', [slow]), ...spares(2)] });
    const answer = ask(side.port, 'a.test');
    await until(() => waiting.length === 1);
    await told({ hosts, backends: [testBackend('a', [one]), ...spares(2)] });
    expect(await ask(side.port, 'a.test')).toBe(`200 ${one}`);
    expect(side.runtime.leaving.size).toBe(1);
    await told({ hosts, backends: [testBackend('a', [one, slow]), ...spares(2)] });
    expect(side.runtime.leaving.size).toBe(0);
    await told({ hosts, backends: [testBackend('a', [one]), ...spares(2)] });
    waiting[0]?.end('late');
    expect(await answer).toBe('200 late');
    await until(() => side.runtime.leaving.size === 0);
    expect(await channel().query(['show servers state'])).not.toContain(`s${slow}`);
  }, 20_000);

  test('entries of maps come, change and go, whatever is in them', async () => {
    const records = { '/a': String.raw`x;y\z<<`, '/b': 'old', '/c': '%20"q"' };
    expect(await told({ maps: maps(records) })).toEqual(['the map records changed']);
    await told({ maps: maps({ '/a': 'new', '/c': '%20"q"', '/d;': '<<' }) });
    expect(await entriesOf('records')).toEqual(['/c %20"q"', '/a new', '/d; <<'].toSorted());
  });

  test('fifty thousand entries are swapped at once, and read back', async () => {
    const large = new Map(Array.from({ length: 50_000 }, (_, index) => [`/path/of/some/length/${index}`, `value-of-some-length-${index}`]));
    await told({ maps: maps(large) });
    expect((await entriesOf('records')).length).toBe(50_000);
    const half = new Map([...large].filter((_, index) => index % 2 === 0).map(([key, value]) => [key, `${value}-new`]));
    await told({ maps: maps(half) });
    expect((await entriesOf('records')).length).toBe(25_000);
    expect(await channel().query(['get map current/maps/records.map /path/of/some/length/24998'])).toContain(
      'value-of-some-length-24998-new',
    );
  }, 60_000);

  test('a map whose order matters is swapped as a whole', async () => {
    const ordered = (keys: readonly string[]) => [
      ...maps({}),
      testMap('patterns', new Map(keys.map((key) => [key, 'x'])), { ordered: true }),
    ];
    expect(await apply({ maps: ordered(['b', 'a']) })).toMatchObject({ reasons: ['the map patterns is new'] });
  });

  test('an entry that is as long as a message can be is sent, a longer one is refused in words', async () => {
    await told({ maps: maps({ '/long': 'x'.repeat(12 * 1024) }) });
    const head = 'set map current/maps/records.map /long ';
    const longest = MAX_MESSAGE - 'get var proc.sluice_generation;'.length - head.length - 1;
    await channel().run([head + 'y'.repeat(longest)]);
    await expect(channel().run([head + 'y'.repeat(longest + 1)])).rejects.toThrow(CommandRefused);
    expect(await entriesOf('records')).toEqual([`/long ${'y'.repeat(longest)}`]);
  });

  test('certificates come, change and go', async () => {
    const served = async (name: string): Promise<string> => {
      const socket = connectTls({ host, port: side.tlsPort, servername: name, rejectUnauthorized: false });
      await new Promise<void>((resolve, reject) => void socket.once('secureConnect', resolve).once('error', reject));
      const { subject } = socket.getPeerCertificate();
      socket.destroy();
      return String(subject.CN);
    };
    const [first, second] = [await certificate('c1', 'one'), await certificate('c1', 'two')];
    const line: CertificateLine = { certificate: 'c1', options: '', names: ['a.test', '*.b.test'] };
    const reasons = await told({ certificates: [first], certificateLines: [defaultLine, line] });
    expect(reasons).toEqual(['certificate shop/c1 is new']);
    expect([await served('a.test'), await served('x.b.test')]).toEqual(['one', 'one']);
    await told({ certificates: [second], certificateLines: [defaultLine, line] });
    expect(await served('a.test')).toBe('two');
    await told({ certificates: [second], certificateLines: [defaultLine, { ...line, names: ['c.test'] }] });
    expect([await served('c.test'), await served('a.test')]).toEqual(['two', 'Kubernetes Ingress Controller Fake Certificate']);
    await told({ certificates: [], certificateLines: [defaultLine] });
    expect(await served('c.test')).toBe('Kubernetes Ingress Controller Fake Certificate');
    expect(await channel().query(['show ssl cert'])).not.toContain('c1');
    const options = { ...line, options: 'alpn http/1.1' };
    await told({ certificates: [first], certificateLines: [defaultLine, line] });
    expect(await apply({ certificates: [first], certificateLines: [defaultLine, options] })).toMatchObject({
      reasons: ['a.test', '*.b.test'].map((name) => `client authentication of the host ${name} changed`),
    });
    expect(await served('a.test')).toBe('one');
    expect(await apply({ certificates: [first], certificateLines: [{ ...defaultLine, certificate: 'c1' }] })).toMatchObject({
      reasons: expect.arrayContaining(['the default certificate is another']),
    });
  }, 20_000);

  test('a certificate that is too long for a message is brought by a reload', async () => {
    const { chain, privateKey } = await createDefaultCertificate();
    const pem = new KeyMaterial(`${chain.trimEnd()}\n`.repeat(14) + privateKey.reveal());
    const large: ServedCertificate = { name: 'large', label: 'shop/large', pem, from: ingress('large') };
    const line = { certificate: 'large', options: '', names: ['l.test'] };
    expect(await apply({ certificates: [large], certificateLines: [defaultLine, line] })).toMatchObject({
      reasons: ['certificate shop/large is too long for a message to HAProxy'],
    });
  });

  test('what HAProxy refuses to be told is brought by a reload, which says why', async () => {
    await channel().run(['add map current/maps/hosts.map a.test other']);
    const outcome = await apply({ hosts: { 'a.test': 'a' }, backends: [testBackend('a', [one]), ...spares(2)] });
    expect(outcome).toMatchObject({ kind: 'applied', reasons: ['the map hosts has something else for a.test'] });
    expect(await ask(side.port, 'a.test')).toBe(`200 ${one}`);
  });

  function maps(records: Readonly<Record<string, string>> | ReadonlyMap<string, string>) {
    return [testMap('backends', {}, { runtime: true }), testMap('records', records), testMap('hosts', {})];
  }

  async function entriesOf(map: string): Promise<readonly string[]> {
    const answer = await channel().query([`show map current/maps/${map}.map`]);
    return answer
      .split('\n')
      .flatMap((line) => /^0x\S+ (.*)$/.exec(line)?.[1] ?? [])
      .toSorted();
  }
});

async function certificate(name: string, commonName: string): Promise<ServedCertificate> {
  const made = await generate([{ name: 'commonName', value: commonName }], { keySize: 2048, algorithm: 'sha256' });
  // A blank line would end it on the command line of HAProxy.
  return { name, label: `shop/${name}`, pem: new KeyMaterial(`${made.cert}\n\n${made.private}\n`), from: ingress(name) };
}
