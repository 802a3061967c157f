import { expect, test } from 'vitest';
import { annotatedIngress, servedIngresses } from '../../testing/served-ingresses.ts';
import { readLimit, readZones } from './limit-directive.ts';

const zones = readZones(
  'limit_req_zone $binary_remote_addr zone=slow:10m rate=5r/s; limit_req_zone $remote_addr zone=rare:1m rate=30r/m; limit_req_zone $host zone=hosts:1m rate=1r/s; map $a $b {}',
);

test('zones by client address are known', () => {
  expect([...zones]).toEqual([
    ['slow', { requests: 5, per: 'second' }],
    ['rare', { requests: 30, per: 'minute' }],
  ]);
});

test('a limit is counted in its zone', () => {
  expect(readLimit(['zone=slow', 'burst=7', 'nodelay'], zones)).toEqual({
    limit: { zone: 'zone slow', perSecond: { requests: 5, burst: 7 } },
  });
  expect(readLimit(['zone=rare', 'burst=2'], zones)).toEqual({
    limit: { zone: 'zone rare', perMinute: { requests: 30, burst: 2 } },
    note: 'requests within the burst are not slowed down',
  });
});

test('a zone that nothing defines is no limit', () => {
  expect(readLimit(['zone=hosts'], zones)).toBe('nothing defines the zone "hosts" by client address; use the annotation limit-rps');
});

const controller = (httpSnippet: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'ingress-nginx-controller', namespace: 'ingress-nginx' },
  data: { 'http-snippet': httpSnippet },
});

test('limit_req of a snippet is a limit of the route, from the zone in the ConfigMap of the controller', () => {
  const snippet = annotatedIngress('x', { 'configuration-snippet': 'limit_req zone=slow burst=3 nodelay;' });
  const { policies, put, findings } = servedIngresses(snippet);
  expect(findings().join()).toContain('limit_req: nothing defines the zone');
  put(controller('limit_req_zone $binary_remote_addr zone=slow:10m rate=5r/s;'));
  expect(policies('x.test')).toContainEqual(
    expect.objectContaining({ kind: 'limit', zone: 'zone slow', perSecond: { requests: 5, burst: 3 } }),
  );
  expect(findings()).toEqual([]);
});

test('limits of annotations come first', () => {
  const snippet = annotatedIngress('x', { 'configuration-snippet': 'limit_req zone=slow;', 'limit-rps': '2' });
  const { policies, findings } = servedIngresses(snippet, controller('limit_req_zone $binary_remote_addr zone=slow:10m rate=5r/s;'));
  expect(policies('x.test').filter(({ kind }) => kind === 'limit')).toMatchObject([{ perSecond: { requests: 2 } }]);
  expect(findings().join()).toContain('limit_req: the limits of annotations hold instead');
});
