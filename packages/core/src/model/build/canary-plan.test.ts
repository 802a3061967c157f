import { describe, expect, test } from 'vitest';
import type { RoutingModel } from '../routing-model.ts';
import { annotatedIngress, servedIngresses, serviceObjects } from '../../testing/served-ingresses.ts';

const canary = (annotations: Readonly<Record<string, string>>, service = 'b'): object => {
  const ingress = annotatedIngress('main', { canary: 'true', ...annotations }, {}, service) as { metadata: { name: string } };
  return { ...ingress, metadata: { ...ingress.metadata, name: 'main-canary', creationTimestamp: '2026-02-01T00:00:00Z' } };
};
const main = annotatedIngress('main', {});

function sides(...objects: readonly object[]) {
  const { ask, build } = servedIngresses(...objects);
  const side = (headers: readonly string[] = [], url = 'http://main.test/'): string => {
    const answer = ask({ url, headers });
    return answer?.upstream?.id ?? String(answer?.status);
  };
  return { side, model: () => build().model };
}

describe('a canary', () => {
  test.each<[Readonly<Record<string, string>>, readonly string[], string]>([
    [{ 'canary-by-header': 'X-Canary' }, ['X-Canary: always'], 'b'],
    [{ 'canary-by-header': 'X-Canary', 'canary-weight': '100' }, ['X-Canary: never'], 'a'],
    [{ 'canary-by-header': 'X-Canary' }, ['X-Canary: Always'], 'a'],
    [{ 'canary-by-header': 'X-Canary', 'canary-weight': '100' }, ['X-Canary: other'], 'b'],
    [{ 'canary-by-header': 'X-Canary', 'canary-by-header-value': 'yes' }, ['X-Canary: yes'], 'b'],
    [{ 'canary-by-header': 'X-Canary', 'canary-by-header-value': 'yes' }, ['X-Canary: always'], 'a'],
    [{ 'canary-by-header': 'X-Canary', 'canary-by-header-pattern': 'v[0-9]' }, ['X-Canary: xv1'], 'b'],
    [{ 'canary-by-header': 'X-Canary', 'canary-by-header-pattern': 'v[0-9]' }, ['X-Canary: V1'], 'a'],
    [{ 'canary-by-header': 'X-Canary', 'canary-by-header-pattern': 'v(', 'canary-weight': '100' }, ['X-Canary: v'], 'a'],
    [{ 'canary-by-header': 'X-Canary', 'canary-by-header-pattern': 'v(', 'canary-weight': '100' }, [], 'b'],
    [{ 'canary-by-cookie': 'side' }, ['Cookie: one=1; side=always'], 'b'],
    [{ 'canary-by-cookie': 'side', 'canary-weight': '100' }, ['Cookie: side=never'], 'a'],
    [{ 'canary-weight': '100' }, [], 'b'],
    [{ 'canary-weight': '99' }, [], 'a'],
    [{ 'canary-weight': '100', 'canary-weight-total': '50' }, [], 'b'],
    [{ 'canary-weight': '100', 'canary-weight-total': '200' }, [], 'a'],
    [{ 'canary-weight': 'lots' }, [], 'a'],
    [{ 'canary-weight': '-1' }, [], 'a'],
  ])('with %o sends a request with %o to %s', (annotations, headers, expected) => {
    expect(sides(main, canary(annotations)).side(headers)).toBe(`default/${expected}:80`);
  });

  test('takes every path of its main Service, and no host', () => {
    const { side } = sides(main, annotatedIngress('other', {}), canary({ 'canary-weight': '100' }));
    expect(side([], 'http://other.test/')).toBe('default/b:80');
    expect(sides(canary({ 'canary-weight': '100' })).side()).toBe('404');
  });

  test('without endpoints is not chosen', () => {
    const { side } = sides(main, ...serviceObjects('empty', false), canary({ 'canary-weight': '100' }, 'empty'));
    expect(side()).toBe('default/a:80');
  });

  test('of a Service that an older Ingress names is an ordinary Ingress', () => {
    const older = annotatedIngress('older', {}, {}, 'b');
    const first = canary({ 'canary-weight': '0' });
    const { side } = sides(older, { ...first, spec: { ...annotatedSpec('cross'), ingressClassName: 'nginx' } });
    expect(side([], 'http://cross.test/')).toBe('default/b:80');
  });
});

function annotatedSpec(host: string): object {
  return (annotatedIngress(host, {}, {}, 'b') as { spec: object }).spec;
}

describe('a canary that is not what it seems is reported', () => {
  const at = (name: string, creationTimestamp: string, ingress: object): object => ({
    ...ingress,
    metadata: { ...(ingress as { metadata: object }).metadata, name, creationTimestamp },
  });
  const codesOf = (...objects: readonly object[]) =>
    servedIngresses(...objects)
      .build()
      .diagnostics.map(({ code }) => code);

  test.each([
    ['no main Ingress', [canary({ 'canary-weight': '100' })], 'SLU1521'],
    ['a second canary', [main, canary({}), at('second', '2026-03-01T00:00:00Z', canary({}, 'c'))], 'SLU1521'],
    ['a main Service', [annotatedIngress('older', {}, {}, 'b'), main, canary({})], 'SLU1522'],
    ['options without canary', [annotatedIngress('main', { 'canary-weight': '10' })], 'SLU1524'],
    ['a pattern that does not compile', [main, canary({ 'canary-by-header': 'x', 'canary-by-header-pattern': 'v(' })], 'SLU1504'],
  ])('%s', (_what, objects, code) => {
    expect(codesOf(...objects).join(' ')).toContain(code);
  });

  test('a rule with a host and no paths is no trouble', () => {
    const { build } = servedIngresses(main, annotatedIngress('bare', { canary: 'true' }, { rules: [{ host: 'main.test' }] }));
    expect(build().model.virtualHosts).toHaveLength(2);
  });
});

describe('the cookie of a side', () => {
  const sticky = annotatedIngress('main', { affinity: 'cookie' });
  const keyOf = (model: RoutingModel, service: string) => model.upstreams.find((upstream) => upstream.service === service)?.affinity?.key;

  test('keeps a client there, before the other rules', () => {
    const { side, model } = sides(sticky, canary({ 'canary-by-header': 'x' }));
    expect(side(['x: always', `Cookie: INGRESSCOOKIE=1|${keyOf(model(), 'a')}`])).toBe('default/a:80');
    expect(side(['x: never', `Cookie: INGRESSCOOKIE=1|${keyOf(model(), 'b')}`])).toBe('default/b:80');
    expect(side(['x: always', 'Cookie: INGRESSCOOKIE=1|other'])).toBe('default/b:80');
  });

  test('legacy: the canary has none', () => {
    const { side, model } = sides(sticky, canary({ 'canary-by-header': 'x', 'affinity-canary-behavior': 'legacy' }));
    expect(keyOf(model(), 'b')).toBeUndefined();
    expect(side(['x: always'])).toBe('default/b:80');
  });

  test('ends as it does in ingress-nginx', () => {
    const { model } = sides(annotatedIngress('main', { affinity: 'cookie' }, {}, 'sticky'), ...serviceObjects('sticky'));
    expect(keyOf(model(), 'sticky')).toBe('3dd07f2b4b4200efc84212b31a200e47');
  });
});
