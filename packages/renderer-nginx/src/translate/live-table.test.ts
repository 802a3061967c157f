import { expect, test } from 'vitest';
import { KeyMaterial, builtIn } from '@sluice/core';
import type { Certificate, Upstream } from '@sluice/core';
import { table, upstream } from '../testing/live-model.ts';
import { liveChanges } from './live-table.ts';

const web = upstream('web', ['10.0.0.1:80']);

const certificate = (key: string, more: Partial<Certificate> = {}): Certificate => ({
  id: 'shop/tls',
  chain: 'chain',
  privateKey: new KeyMaterial(key),
  fingerprint: 'AA',
  names: ['a.test'],
  notBeforeMs: 0,
  notAfterMs: 0,
  from: builtIn,
  ...more,
});

const elsewhere = { object: { kind: 'Ingress', namespace: 'shop', name: 'other' }, field: 'x' } as const;

const changed = (...more: Partial<Upstream>[]): readonly string[] =>
  liveChanges(table([web]), table([more.reduce<Upstream>((node, part) => ({ ...node, ...part }), web)]));

test('equal tables have equal digests, wherever their nodes came from', () => {
  expect(changed({ from: elsewhere })).toEqual([]);
  expect(table([web]).digest).toBe(table([{ ...web, from: elsewhere }]).digest);
  expect(table([web]).digest).not.toBe(table([]).digest);
});

test('differences of upstreams are named', () => {
  expect(liveChanges(undefined, table([web]))).toEqual(['everything']);
  expect(liveChanges(table([web]), table([upstream('new', [])]))).toEqual(['upstream shop/new:80 is new', 'upstream shop/web:80 is gone']);
  expect(changed({ endpoints: [] })).toEqual(['endpoints of shop/web:80']);
  expect(changed({ balancing: { kind: 'ewma', from: builtIn } })).toEqual(['balancing of shop/web:80']);
  expect(changed({ canary: { upstream: 'x', weight: 1, weightTotal: 2, from: builtIn } }, { endpoints: [] })).toEqual([
    'endpoints of shop/web:80',
    'canary of shop/web:80',
  ]);
});

test('a name and an address that look alike are different endpoints', () => {
  const [address] = web.endpoints;
  expect(changed({ endpoints: [{ kind: 'name', name: '10.0.0.1', port: 80, from: address?.from ?? builtIn }] })).toEqual([
    'endpoints of shop/web:80',
  ]);
});

test('differences of certificates are named, and show nothing of keys', () => {
  const before = table([], [certificate('one')], { 'a.test': 'shop/tls', 'b.test': undefined });
  expect([...before.names]).toEqual([
    ['a.test', 'shop/tls'],
    ['b.test', ''],
  ]);
  const renewed = table([], [certificate('two')], { 'a.test': 'shop/tls', 'b.test': undefined });
  expect(liveChanges(before, renewed)).toEqual(['certificate shop/tls']);
  expect(before.digest).not.toBe(renewed.digest);
  const swapped = table([], [certificate('one')], { 'a.test': undefined, 'b.test': 'shop/tls' });
  expect(liveChanges(before, swapped)).toEqual(['certificate of the host a.test', 'certificate of the host b.test']);
  expect(liveChanges(before, table([]))).toEqual([
    'certificate shop/tls is gone',
    'certificate of the host a.test',
    'certificate of the host b.test',
  ]);
  expect(JSON.stringify(before)).not.toContain('one');
});
