import { parseLogFormat } from '@sluice/core';
import type { Origin, RoutingModel } from '@sluice/core';
import { expect, test } from 'vitest';
import { builtModel } from '../testing/built-model.ts';
import type { Said } from '../testing/built-model.ts';
import { findings } from './findings.ts';
import { hostMaps } from './host-maps.ts';

function told(version: string, ...said: readonly Said[]): readonly string[] {
  const model = builtModel(said);
  const hosts = model.virtualHosts.map((host) => ({ host, maps: hostMaps(host, 443) }));
  return findings(hosts, model, version).map(({ code, object, message }) => `${code} ${object.name}: ${message}`);
}

test('nothing is told of objects that are done as asked', () => {
  expect(told('2.6.12', { name: 'a', annotations: { 'auth-url': 'http://x.test/', 'auth-method': 'POST' } })).toEqual([]);
});

test('a try after 429 needs HAProxy 3.0; it is told once for all paths', () => {
  const asked: Said = {
    name: 'a',
    annotations: { 'proxy-next-upstream': 'http_429' },
    paths: [
      ['/', 'Prefix'],
      ['/b', 'Prefix'],
    ],
  };
  expect(told('2.6.12', asked)).toEqual([expect.stringMatching(/^SLU1509 a: .*429/)]);
  expect(told('3.0.11', asked)).toEqual([]);
});

test.each(['PATCH', 'OPTIONS', 'CONNECT', 'TRACE'])('nobody is asked by %s', (method) => {
  const asked = { 'auth-url': 'http://x.test/', 'auth-method': method };
  expect(told('3.0.11', { name: 'a', annotations: asked })).toEqual([expect.stringMatching(/^SLU1509 a: .*asked by GET/)]);
});

test('paths that are too long, and keys with what only routes know', () => {
  expect(told('3.0.11', { name: 'a', paths: [[`/${'x'.repeat(4001)}`, 'Prefix']] })).toEqual([expect.stringMatching(/^SLU1509 a: .*long/)]);
  expect(told('3.0.11', { name: 'a', annotations: { 'upstream-hash-by': '$namespace$uri' } })).toEqual([
    expect.stringMatching(/^SLU1509 a: .*\$namespace/),
  ]);
});

test('headers of a request that there is no room for in a line', () => {
  const model = builtModel([]);
  const from: Origin = { object: { kind: 'ConfigMap', namespace: 'shop', name: 'settings' }, field: 'data[log-format-upstream]' };
  const withHeaders = (count: number): RoutingModel => {
    const text = Array.from({ length: count }, (_, index) => `$http_h${index}`).join(' ');
    const accessLog = { ...model.settings.accessLog, format: parseLogFormat(text, 'default').format };
    return { ...model, settings: { ...model.settings, accessLog, said: [{ key: 'log-format-upstream', from }] } };
  };
  expect(findings([], withHeaders(8), '2.6.12')).toEqual([]);
  expect(findings([], withHeaders(10), '2.6.12').map(({ code, message }) => `${code} ${message}`)).toEqual([
    expect.stringMatching(/^SLU1509 .*8 headers.*h8, h9$/),
  ]);
});
