import { builtIn, defaultServing } from '@sluice/core';
import type { HostMatch, VirtualHost } from '@sluice/core';
import { expect, test } from 'vitest';
import { tlsSessions } from './tls-sessions.ts';

function host(match: HostMatch, authorities?: string, mode: 'on' | 'off' = 'on'): VirtualHost {
  const verify = { kind: 'verify', mode, depth: 1, passCertificate: false, from: builtIn } as const;
  return { name: 'a', match, routes: [], from: builtIn, ...(authorities !== undefined && { clientAuth: { ...verify, authorities } }) };
}

const named: HostMatch = { kind: 'exact', name: 'a.test' };
const cache = (...hosts: readonly VirtualHost[]): unknown => tlsSessions(hosts, defaultServing.transportSecurity.sessions).args;

test('sessions last while nobody asks for certificates', () => {
  expect(cache(host(named), host({ kind: 'any' }))).toEqual([{ kind: 'plain', text: 'shared:sluice_tls:10485760' }]);
  expect(cache(host(named, 'A', 'off'))).toEqual(cache());
});

test('other authorities make other sessions', () => {
  expect(cache(host(named, 'A'))).toEqual(cache(host(named, 'A')));
  expect(cache(host(named, 'A'))).not.toEqual(cache(host(named, 'B')));
});

test('a session of the default host, whose certificate another host would take for its own, is never taken up again', () => {
  expect(cache(host(named), host({ kind: 'any' }, 'A'))).toEqual([{ kind: 'plain', text: 'off' }]);
});
