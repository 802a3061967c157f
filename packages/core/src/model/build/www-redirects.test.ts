import { expect, test } from 'vitest';
import { annotatedIngress, servedIngresses } from '../../testing/served-ingresses.ts';

const www = { 'from-to-www-redirect': 'true' };
const rule = (host: string) => ({
  rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'a', port: { number: 80 } } } }] } }],
});

test('a host with www. in front is redirected to the one of the rule, with port and without the last slash', () => {
  const { ask, build } = servedIngresses(annotatedIngress('fromto', www));
  expect(ask({ url: 'http://www.fromto.test/x?q=1' })).toMatchObject({ status: 308, location: 'http://fromto.test:80/x?q=1' });
  expect(ask({ url: 'https://www.fromto.test/x/' })).toMatchObject({ status: 308, location: 'https://fromto.test:443/x' });
  expect(ask({ url: 'http://fromto.test/x' })).toMatchObject({ outcome: 'forward' });
  const [first, second] = [build(), build()].map(({ model }) => model.virtualHosts.find(({ name }) => name === 'www.fromto.test'));
  expect(first).toBe(second);
});

test('a rule for a www. host makes the bare one redirect', () => {
  const { ask } = servedIngresses(annotatedIngress('fromto', www, rule('www.fromto.test')));
  expect(ask({ url: 'http://fromto.test/' })).toMatchObject({ status: 308, location: 'http://www.fromto.test:80' });
});

test('a host that has a rule is served, and one without the annotation is not there', () => {
  const { ask } = servedIngresses(annotatedIngress('fromto', www), annotatedIngress('other', {}, rule('www.fromto.test')));
  expect(ask({ url: 'http://www.fromto.test/' })).toMatchObject({ outcome: 'forward' });
  expect(ask({ url: 'http://www.other.test/' })).toMatchObject({ routed: false, status: 404 });
});
