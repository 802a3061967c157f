import { defaultServing } from '@sluice/core';
import { expect, test } from 'vitest';
import { builtModel, routeOf } from '../testing/built-model.ts';
import { printSection } from '../render/print.ts';
import { backendClass, classSection, usualClass } from './backend-class.ts';
import { demandKey, usualWay, wayOf } from './way.ts';

type Annotations = Readonly<Record<string, string>>;

function classOf(annotations: Annotations, secure = false) {
  const model = builtModel([{ name: 'a', annotations }]);
  const [upstream] = model.upstreams.filter(({ id }) => id.startsWith('shop/a:'));
  return backendClass(wayOf(routeOf(model, 'a.test'), secure), upstream ?? {});
}

const textOf = (annotations: Annotations, version = '2.6.12'): string =>
  printSection(classSection(classOf(annotations), version, defaultServing)).text;

test('a route without wishes has the usual class', () => {
  expect(classOf({})).toEqual(usualClass);
  expect(classOf({ 'proxy-read-timeout': '7' })).toEqual(usualClass);
});

test.each<[string, Annotations]>([
  ['time to connect', { 'proxy-connect-timeout': '7' }],
  ['tries', { 'proxy-next-upstream-tries': '7' }],
  ['reasons to try again', { 'proxy-next-upstream': 'http_404' }],
  ['balancing', { 'load-balance': 'ewma' }],
  ['what becomes of a client whose endpoint fails', { affinity: 'cookie', 'affinity-mode': 'persistent' }],
])('%s makes another class', (_, annotations) => {
  expect(classOf(annotations).key).not.toBe(usualClass.key);
  expect(classOf(annotations).key).toBe(classOf(annotations).key);
});

test('TLS makes another way, which nobody can make another one be equal to', () => {
  expect(classOf({}, true).way).toMatchObject({ tls: 'unverified' });
  expect(classOf({}, true).key).not.toBe(usualClass.key);
  expect(usualWay.key).toMatch(/^[0-9a-f]{24}$/);
  expect(demandKey({ upstream: 'shop/a:80', way: usualWay })).toBe(`shop/a:80,${usualWay.key}`);
});

test('what is sent again, and where', () => {
  expect(textOf({})).toMatch(/retries 2\n {2}retry-on conn-failure empty-response response-timeout\n {2}option redispatch 1\n/);
  expect(textOf({})).toContain('disable-l7-retry if { method POST LOCK PATCH }');
  expect(textOf({ 'proxy-next-upstream': 'error non_idempotent' })).not.toContain('disable-l7-retry');
  expect(textOf({ affinity: 'cookie', 'affinity-mode': 'persistent' })).not.toContain('redispatch');
  expect(textOf({ 'proxy-next-upstream': 'off' })).toMatch(/retries 0\n(?![^]*retry-on)/);
});

test('429 is a reason from 3.0 on', () => {
  const asked = { 'proxy-next-upstream': 'http_429' };
  expect(textOf(asked)).toContain('retries 0\n');
  expect(textOf(asked, '3.0.11')).toContain('retry-on 429\n');
});
