import { describe, expect, test } from 'vitest';
import { annotatedIngress, servedIngresses, serviceObjects } from '../../testing/served-ingresses.ts';

const pagesOf = (annotations: Readonly<Record<string, string>>) =>
  servedIngresses(annotatedIngress('e', annotations))
    .policies('e.test')
    .filter(({ kind }) => kind === 'error-pages');

describe('error pages', () => {
  test('have codes, and the first port of the default backend', () => {
    expect(pagesOf({})).toEqual([]);
    expect(pagesOf({ 'custom-http-errors': '503, 404,404', 'default-backend': 'c' })).toMatchObject([
      { codes: [404, 503], upstream: 'default/c:80', replacesUpstreams: true },
    ]);
    expect(pagesOf({ 'custom-http-errors': '404', 'disable-proxy-intercept-errors': 'true' })).toMatchObject([
      { codes: [404], replacesUpstreams: false },
    ]);
    expect(pagesOf({ 'default-backend': 'c' })).toMatchObject([{ codes: [], upstream: 'default/c:80' }]);
  });

  test('do without a Service that does not exist, until it does', () => {
    const { policies, findings, put } = servedIngresses(annotatedIngress('e', { 'custom-http-errors': '404', 'default-backend': 'pages' }));
    expect(policies('e.test')).toContainEqual(expect.not.objectContaining({ upstream: expect.anything() as unknown }));
    expect(findings()).toEqual([expect.stringMatching(/^SLU1511: there is no Service pages/)]);
    put(...serviceObjects('pages'));
    expect(policies('e.test')).toContainEqual(expect.objectContaining({ kind: 'error-pages', upstream: 'default/pages:80' }));
    expect(findings()).toEqual([]);
  });

  test.each([
    ['custom-http-errors', '404,200'],
    ['custom-http-errors', '4xx'],
    ['default-backend', 'other/c'],
    ['default-backend', '1c'],
  ])('%s: %j makes the Ingress invalid', (key, value) => {
    const { ask, findings } = servedIngresses(annotatedIngress('e', { [key]: value }));
    expect(ask({ url: 'http://e.test/' })).toMatchObject({ routed: false, status: 404 });
    expect(findings()).toEqual([expect.stringMatching(/^SLU1505/)]);
  });
});

describe('explain', () => {
  test('tells who stands in for a Service without endpoints', () => {
    const { ask } = servedIngresses(annotatedIngress('e', { 'default-backend': 'c' }, {}, 'none'));
    expect(ask({ url: 'http://e.test/x' })).toMatchObject({
      outcome: 'forward',
      upstream: { id: 'default/c:80' },
      reasons: expect.arrayContaining([
        expect.objectContaining({ text: 'default/c:80 stands in for default/none:80, which has no endpoint' }),
      ]) as unknown,
    });
  });

  test('tells who makes the page of an error', () => {
    const annotations = { 'custom-http-errors': '413,503', 'default-backend': 'c' };
    const { ask } = servedIngresses(annotatedIngress('e', annotations), annotatedIngress('n', { 'custom-http-errors': '503' }, {}, 'none'));
    expect(ask({ url: 'http://e.test/', headers: ['Content-Length: 9999999'] })).toMatchObject({
      outcome: 'forward',
      upstream: { id: 'default/c:80' },
      rewritten: { target: '/' },
      reasons: expect.arrayContaining([expect.objectContaining({ text: 'the page for 413 comes from default/c:80' })]) as unknown,
    });
    expect(ask({ url: 'http://n.test/' })).toMatchObject({ outcome: 'respond', status: 404 });
  });
});
