import { describe, expect, it } from 'vitest';
import { isUsed, typeOf } from './object-use.ts';

describe('isUsed', () => {
  it.each([
    ['networking.k8s.io/v1', 'Ingress'],
    ['networking.k8s.io/v1', 'IngressClass'],
    ['discovery.k8s.io/v1', 'EndpointSlice'],
    ['v1', 'Service'],
    ['v1', 'Secret'],
    ['v1', 'ConfigMap'],
    ['v1', 'Namespace'],
    ['extensions/v1beta1', 'Ingress'],
    ['networking.k8s.io/v1beta1', 'Ingress'],
    [undefined, 'Ingress'],
  ])('takes %s %s', (apiVersion, kind) => {
    expect(isUsed({ apiVersion, kind })).toBe(true);
  });

  it.each([
    ['apps/v1', 'Deployment'],
    ['serving.knative.dev/v1', 'Service'],
    ['networking.istio.io/v1', 'Ingress'],
    ['v1', undefined],
    ['v1', 'toString'],
  ])('leaves out %s %s', (apiVersion, kind) => {
    expect(isUsed({ apiVersion, kind })).toBe(false);
  });
});

describe('typeOf', () => {
  it('names version and kind as far as they are there', () => {
    expect([typeOf({ apiVersion: 'apps/v1', kind: 'Deployment' }), typeOf({ kind: 'Deployment' }), typeOf({ name: 'package' })]).toEqual([
      'apps/v1 Deployment',
      'Deployment',
      '',
    ]);
  });
});
