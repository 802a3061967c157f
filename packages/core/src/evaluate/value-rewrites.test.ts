import { describe, expect, test } from 'vitest';
import { annotatedIngress, servedIngresses } from '../testing/served-ingresses.ts';
import { valueChanges } from './value-rewrites.ts';

function changed(annotations: Record<string, string>, header: string, value: string): string {
  const { routes } = servedIngresses(annotatedIngress('x', annotations))
    .build()
    .model.virtualHosts.find(({ name }) => name === 'x.test') ?? {
    routes: [],
  };
  const route = routes.at(-1);
  if (route === undefined) throw new Error('no route');
  const changes = valueChanges(route, { secure: true, host: 'x.test' }).filter((change) => change.header === header);
  return changes.reduce((now, { change }) => change(now), value);
}

const redirect = (from: string, to: string) => ({ 'proxy-redirect-from': from, 'proxy-redirect-to': to });

describe('proxy-redirect-from and -to', () => {
  test.each([
    ['http://inner.test/', '/outer/', 'http://inner.test/x', 'https://x.test/outer/x'],
    ['http://inner.test/', 'https://o.test/', 'http://inner.test/x?q', 'https://o.test/x?q'],
    ['http://inner.test/', '/outer/', 'http://other.test/x', 'http://other.test/x'],
    ['http://inner.test/', '/outer/', '/x', '/x'],
    ['/a/', '/b/', '/a/x', 'https://x.test/b/x'],
    ['off', '/outer/', 'off/x', 'off/x'],
    ['default', '/outer/', 'default/x', 'default/x'],
    ['http://inner.test/', 'off', 'http://inner.test/x', 'http://inner.test/x'],
    ['~inner', '/all', 'http://inner.test/x', 'https://x.test/all'],
    ['~INNER', '/all', 'http://inner.test/x', 'http://inner.test/x'],
  ])('%s to %s: %s becomes %s', (from, to, value, expected) => {
    expect(changed(redirect(from, to), 'Location', value)).toBe(expected);
  });

  test('Refresh has its URL behind a number, and stays relative', () => {
    const rules = redirect('http://inner.test/', '/outer/');
    expect(changed(rules, 'Refresh', '5; URL=http://inner.test/x')).toBe('5; URL=/outer/x');
    expect(changed(rules, 'Refresh', '5')).toBe('5');
  });

  test('one of the two alone changes nothing', () => {
    expect(changed({ 'proxy-redirect-from': 'http://inner.test/' }, 'Location', 'http://inner.test/x')).toBe('http://inner.test/x');
  });
});

describe('proxy-cookie-domain and -path', () => {
  test.each([
    ['inner.test outer.test', 'a=1; Path=/; Domain=inner.test', 'a=1; Path=/; Domain=outer.test'],
    ['.inner.test .outer.test', 'a=1; domain=.INNER.test;Secure', 'a=1; domain=.outer.test; Secure'],
    ['inner.test outer.test', 'a=1; Domain=x.inner.test', 'a=1; Domain=x.inner.test'],
    ['inner.test outer.test', 'Domain=inner.test', 'Domain=inner.test'],
    ['off', 'a=1; Domain=inner.test', 'a=1; Domain=inner.test'],
    ['inner.test', 'a=1; Domain=inner.test', 'a=1; Domain=inner.test'],
    ['~^in outer.test', 'a=1; Domain=INNER.test', 'a=1; Domain=INNER.test'],
    ['~in.er outer.test', 'a=1; Domain=INNER.test', 'a=1; Domain=outer.test'],
  ])('domain %s: %s becomes %s', (value, cookie, expected) => {
    expect(changed({ 'proxy-cookie-domain': value }, 'Set-Cookie', cookie)).toBe(expected);
  });

  test.each([
    ['/in/ /out/', 'a=1; Path=/in/x; HttpOnly', 'a=1; Path=/out/x; HttpOnly'],
    ['/in/ /out/', 'a=1;path = /in/x', 'a=1; path = /out/x'],
    ['/in/ /out/', 'a=1;path = /x; Secure', 'a=1;path = /x; Secure'],
    ['/in/ /out/', 'a=1; Path=/IN/x', 'a=1; Path=/IN/x'],
    ['/', 'a=1; Path=/', 'a=1; Path=/'],
    ['~in /out', 'a=1; Path=/in/x', 'a=1; Path=/out'],
  ])('path %s: %s becomes %s', (value, cookie, expected) => {
    expect(changed({ 'proxy-cookie-path': value }, 'Set-Cookie', cookie)).toBe(expected);
  });

  test('a single word is reported', () => {
    expect(servedIngresses(annotatedIngress('x', { 'proxy-cookie-path': '/' })).findings()).toEqual([
      'SLU1504: the value "/" is invalid: it must be off, or two words of letters, digits and - . _ ~ / :; it counts as absent',
    ]);
  });
});
