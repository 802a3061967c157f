import { expect, test } from 'vitest';
import { evaluate } from '../../evaluate/evaluate.ts';
import { annotatedIngress, servedIngresses } from '../../testing/served-ingresses.ts';
import { routedRequest } from '../../testing/routed-request.ts';

const backend = { service: { name: 'a', port: { number: 80 } } };
const everybody = { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] };

function answer(annotations: Readonly<Record<string, string>>, host: string, secure = false) {
  const { build } = servedIngresses(annotatedIngress('all', annotations, everybody));
  return evaluate(build().model, routedRequest({ host, target: '/nohost', secure })).verdict;
}

test('a request that names no host is redirected to one called _, as with ingress-nginx', () => {
  expect(answer({}, '')).toMatchObject({ kind: 'redirect', status: 308, location: 'https://_/nohost' });
  expect(answer({}, '_')).toMatchObject({ kind: 'redirect', location: 'https://_/nohost' });
  expect(answer({}, '', true)).toMatchObject({ kind: 'forward' });
  expect(answer({}, 'unknown.test')).toMatchObject({ kind: 'forward' });
  expect(answer({ 'ssl-redirect': 'false' }, '')).toMatchObject({ kind: 'forward' });
  expect(answer({ 'force-ssl-redirect': 'true' }, 'unknown.test')).toMatchObject({
    kind: 'redirect',
    location: 'https://unknown.test/nohost',
  });
});

test('a default backend without rules redirects nobody and knows no regular expressions', () => {
  const annotations = { 'force-ssl-redirect': 'true', 'use-regex': 'true', 'permanent-redirect': 'https://elsewhere.test' };
  const { build } = servedIngresses(annotatedIngress('all', annotations, { rules: [], defaultBackend: backend }));
  const { model } = build();
  for (const host of ['', 'unknown.test'])
    expect(evaluate(model, routedRequest({ host, target: '/x' })).verdict).toMatchObject({
      kind: 'forward',
      upstream: { id: 'default/a:80' },
    });
  expect(model.virtualHosts.flatMap(({ routes }) => routes.map(({ match }) => match.kind))).not.toContain('regex');
});

test('the root of a host without a default backend has the annotations of the first Ingress', () => {
  const rules = [{ host: 'x.test', http: { paths: [{ path: '/x', pathType: 'Prefix', backend }] } }];
  const { ask } = servedIngresses(annotatedIngress('x', { 'permanent-redirect': 'https://elsewhere.test' }, { rules }));
  expect(ask({ url: 'http://x.test/other' })).toMatchObject({ status: 301, location: 'https://elsewhere.test' });
});
