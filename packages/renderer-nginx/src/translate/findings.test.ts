import type { RoutingModel } from '@sluice/core';
import { builtIn, defaultServing } from '@sluice/core';
import { expect, test } from 'vitest';
import { staticFindings } from './static-findings.ts';

const from = { object: { kind: 'Ingress', namespace: 'shop', name: 'web' }, field: 'metadata.annotations[x]' };

function modelOf(upstream: Partial<RoutingModel['upstreams'][number]>): RoutingModel {
  const whole = { id: 'shop/web:80', namespace: 'shop', service: 'web', port: '80', endpoints: [], from: builtIn, ...upstream };
  return { listeners: [], settings: defaultServing, virtualHosts: [], certificates: [], streams: [], upstreams: [whole] };
}

test('what nginx does by itself without Lua is told about', () => {
  expect(staticFindings(modelOf({ balancing: { kind: 'ewma', from } }))).toMatchObject([{ code: 'SLU1509', object: from.object }]);
  expect(staticFindings(modelOf({ balancing: { kind: 'round-robin', from } }))).toEqual([]);
});
