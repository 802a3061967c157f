import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testedHaproxies } from '../testing/haproxy-bench.ts';
import { probeHaproxy, readCapabilities, unusableHaproxy } from './probe.ts';

const printed = (version: string, lua: boolean): string =>
  `HAProxy version ${version} 2026/10/17 - https://haproxy.org/\nBuilt with multi-threading support (MAX_THREADS=64, default=2).\nRunning on OpenSSL version : OpenSSL 3.0.19 27 Jan 2026\n${lua ? 'Built with Lua version : Lua 5.3.6\n' : ''}PCRE2 library supports JIT : yes\n`;

test('what it can do follows from its words and its version', () => {
  expect(readCapabilities(printed('2.6.12-1+deb12u4', true))).toEqual({
    version: '2.6.12',
    lua: '5.3.6',
    openssl: '3.0.19',
    pcre2Jit: true,
    threads: 64,
    answersReload: false,
    waitsForServers: false,
  });
  expect(readCapabilities(printed('3.0.11', true))).toMatchObject({ answersReload: true, waitsForServers: true });
  expect(readCapabilities('nginx version: nginx/1.22.1')).toBeUndefined();
});

test('one that is missing, too old or without Lua is said with what to install', () => {
  const found = (version: string, lua: boolean) => {
    const capabilities = readCapabilities(printed(version, lua));
    return capabilities && { path: '/usr/sbin/haproxy', capabilities };
  };
  for (const one of [undefined, found('2.4.0', true), found('3.0.0', false)])
    expect(unusableHaproxy(one, undefined)).toMatchObject({ code: 'SLU3002', message: expect.stringContaining('apt-get install haproxy') });
  expect(unusableHaproxy(found('2.6.0', true), undefined)).toBeUndefined();
});

test.skipIf(testedHaproxies.length === 0)('the HAProxy of the machine is found; what is none is not', () => {
  expect(testedHaproxies.map((found) => unusableHaproxy(found, undefined))).toEqual(testedHaproxies.map(() => undefined));
  const folder = mkdtempSync(join(tmpdir(), 'sluice-probe-'));
  const other = join(folder, 'haproxy');
  writeFileSync(other, '#!/bin/sh\necho something else\n', { mode: 0o755 });
  expect(probeHaproxy({ binary: other })).toBeUndefined();
  expect(probeHaproxy({ binary: join(folder, 'absent') })).toBeUndefined();
  rmSync(folder, { recursive: true });
});
