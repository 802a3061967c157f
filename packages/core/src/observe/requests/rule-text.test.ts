import { expect, test } from 'vitest';
import { parseRuleText, ruleText } from './rule-text.ts';

test.each([
  ['with blanks in its path', { namespace: 'shop', ingress: 'web', service: 'app', port: 'http', path: '/a b  c' }],
  ['without a Service', { namespace: 'shop', ingress: 'web', service: '', port: '', path: '/' }],
])('a rule %s', (_, labels) => {
  expect(parseRuleText(ruleText({ name: '*.a.test' }, { labels }))).toEqual({ host: '*.a.test', labels });
});

test('a route that no Ingress has, and a request that no host was found for', () => {
  expect(parseRuleText(ruleText({ name: 'a.test' }, {}))).toEqual({ host: 'a.test', labels: undefined });
  expect(parseRuleText('')).toEqual({ host: '*', labels: undefined });
});
