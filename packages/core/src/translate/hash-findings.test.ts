import { expect, test } from 'vitest';
import { defaultServing } from '../model/settings/read-serving.ts';
import { builtIn } from '../model/origin.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import { hashFindings } from './hash-findings.ts';

const from = { object: { kind: 'Ingress', namespace: 'shop', name: 'web' }, field: 'metadata.annotations[x]' };

function modelOf(upstream: Partial<RoutingModel['upstreams'][number]>): RoutingModel {
  const whole = { id: 'shop/web:80', namespace: 'shop', service: 'web', port: '80', endpoints: [], from: builtIn, ...upstream };
  return { listeners: [], settings: defaultServing, virtualHosts: [], certificates: [], streams: [], upstreams: [whole] };
}

test('a key of a hash with what belongs to a route is told about', () => {
  const key = [{ variable: 'namespace' }, '-', { variable: 'request_uri' }];
  expect(hashFindings(modelOf({ balancing: { kind: 'hash', key, from } }))).toMatchObject([
    { code: 'SLU1509', object: from.object, message: expect.stringContaining('$namespace') },
  ]);
  expect(hashFindings(modelOf({ balancing: { kind: 'hash', key: [{ variable: 'request_uri' }], from } }))).toEqual([]);
});
