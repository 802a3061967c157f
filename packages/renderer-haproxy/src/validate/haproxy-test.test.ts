import { readdirSync } from 'node:fs';
import { KeyMaterial } from '@sluice/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { prepareFolder } from '../apply/haproxy-folder.ts';
import type { HaproxyTable, ServedCertificate } from '../render/haproxy-table.ts';
import { HaproxyBench, artifactOf, ingress, never, testBackend, testMap, testSection, testedHaproxies } from '../testing/haproxy-bench.ts';
import type { Side, Wanted } from '../testing/haproxy-bench.ts';
import { testConfiguration } from './haproxy-test.ts';

describe.each(testedHaproxies)('$capabilities.version', (haproxy) => {
  let bench: HaproxyBench;
  let side: Side;
  beforeEach(() => {
    bench = new HaproxyBench(haproxy);
    side = bench.side();
    prepareFolder(bench.folder, undefined);
  });
  afterEach(() => bench.close());

  function look(wanted: Wanted | HaproxyTable) {
    const table = 'digest' in wanted ? wanted : side.table(wanted);
    return testConfiguration({ binary: haproxy.path, folder: bench.folder, timeoutMs: 10_000 }, table, never);
  }

  test('what is fine is accepted, and nothing of the look is left', async () => {
    expect(await look({ backends: [testBackend('a', [1])] })).toEqual({ kind: 'accepted' });
    expect(readdirSync(bench.folder.scratch)).toEqual([]);
  });

  test('every backend that is refused is blamed on its object', async () => {
    const bad = (name: string) => testBackend(name, [1], { more: '  bogus\n' });
    const backends = [testBackend('a', [1]), bad('b'), testBackend('c', [1]), bad('d')];
    expect(await look({ backends })).toMatchObject({
      kind: 'refused',
      culprits: [{ from: ingress('b') }, { from: ingress('d') }],
      message: expect.stringContaining("unknown keyword 'bogus'"),
    });
  });

  test('servers that are spoken to in a way that is refused are blamed on everybody who asks for it', async () => {
    const server = { name: 's1', address: '127.0.0.1:1', parameters: 'ssl verify none ciphers nonsense' };
    const backends = [testBackend('a', [1]), testBackend('b', [], { class: 'bad', servers: [server] })];
    const askers = new Map([['bad', [ingress('first'), ingress('second')]]]);
    expect(await look({ backends, askers })).toMatchObject({
      kind: 'refused',
      culprits: [{ from: ingress('first') }, { from: ingress('second') }],
    });
  });

  test('a certificate that is none is blamed on its object, without a path of ours', async () => {
    const certificate: ServedCertificate = { name: 'x', label: 'shop/x', pem: new KeyMaterial('garbage\n'), from: ingress('secret') };
    const certificateLines = [
      { certificate: undefined, options: '', names: [] },
      { certificate: 'x', options: '', names: ['a.test'] },
    ];
    const result = await look({ certificates: [certificate], certificateLines });
    expect(result).toMatchObject({
      kind: 'refused',
      culprits: [{ from: ingress('secret'), message: expect.stringContaining('unable to load certificate') }],
    });
    expect(JSON.stringify(result)).not.toContain('current/');
  });

  test('options of a line, a file and an expression are blamed on their objects', async () => {
    const line = {
      certificate: undefined,
      options: 'verify required ca-file current/ca/x.pem',
      names: ['a.test'],
      from: ingress('options'),
    };
    const first = { certificate: undefined, options: '', names: [] };
    const file = { path: 'ca/x.pem', content: 'garbage\n', from: ingress('authority') };
    const byFile = await look({ certificateLines: [first, line], files: [file] });
    expect(byFile).toMatchObject({ kind: 'refused', culprits: [{ from: ingress('authority') }] });
    expect(await look({ certificateLines: [first, { ...line, options: 'bogus x' }] })).toMatchObject({
      kind: 'refused',
      culprits: [{ from: ingress('options') }],
    });
    const patterns = testMap('records', { ok: 'x', '[bad': 'y' }, { ordered: true, origins: new Map([['[bad', ingress('pattern')]]) });
    const maps = [testMap('backends', {}, { runtime: true }), patterns, testMap('hosts', {})];
    const more = '  http-request set-header x %[path,map_reg(current/maps/records.map)]\n';
    expect(await look({ maps, more })).toMatchObject({ kind: 'refused', culprits: [{ from: ingress('pattern') }] });
  });

  test('where HAProxy names nothing of anybody, parts are left out until it is content', async () => {
    // The frame uses a name that only one of the backends makes ambiguous.
    const frame = [...side.table({}).frame, testSection('more', 'backend twice\n')];
    const backends = [testBackend('a', [1]), { ...testBackend('twice', [1]), origins: [ingress('twice')] }, testBackend('z', [1])];
    expect(await look({ frame, backends })).toMatchObject({ kind: 'refused', culprits: [{ from: ingress('twice') }] });
  });

  test('nobody is blamed for what no object has', async () => {
    expect(await look({ more: '  bogus\n' })).toEqual({
      kind: 'refused',
      culprits: [],
      message: "unknown keyword 'bogus' in 'frontend' section",
    });
  });

  test('other servers and entries of maps are not looked at again', async () => {
    const validate = (wanted: Wanted) => side.reloader.validate(artifactOf(side.table(wanted)), never);
    expect(await validate({ backends: [testBackend('a', [1])], hosts: {} })).toEqual({ kind: 'accepted' });
    const signal = AbortSignal.abort(new Error('not again'));
    const same = side.table({ backends: [testBackend('a', [2])], hosts: { 'a.test': 'a' } });
    expect(await side.reloader.validate(artifactOf(same), signal)).toEqual({ kind: 'accepted' });
    const another = side.table({ backends: [testBackend('a', [2]), testBackend('b', [2])] });
    expect(await side.reloader.validate(artifactOf(another), signal)).toEqual({ kind: 'accepted' });
    const other = side.table({ backends: [testBackend('b', [2], { class: 'other' })] });
    await expect(side.reloader.validate(artifactOf(other), signal)).rejects.toThrow('not again');
  });

  test('of certificates only those that HAProxy has not seen are looked at', async () => {
    const first = { certificate: undefined, options: '', names: [] };
    const bad: ServedCertificate = { name: 'x', label: 'shop/x', pem: new KeyMaterial('garbage\n'), from: ingress('secret') };
    const validate = (wanted: Wanted) => side.reloader.validate(artifactOf(side.table(wanted)), never);
    const backends = [testBackend('a', [1])];
    expect(await validate({ backends })).toEqual({ kind: 'accepted' });
    const lines = [first, { certificate: 'x', options: '', names: ['a.test'] }];
    expect(await validate({ backends, certificates: [bad], certificateLines: lines })).toMatchObject({
      kind: 'refused',
      culprits: [{ from: ingress('secret') }],
    });
    const options = [first, { certificate: undefined, options: 'alpn h2', names: ['a.test'] }];
    expect(await validate({ backends, certificateLines: options })).toEqual({ kind: 'accepted' });
    const same = side.table({ backends, certificateLines: options });
    expect(await side.reloader.validate(artifactOf(same), AbortSignal.abort(new Error('not again')))).toEqual({ kind: 'accepted' });
  });
});
