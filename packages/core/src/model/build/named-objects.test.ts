import { describe, expect, test } from 'vitest';
import { formatObject } from '../origin.ts';
import { namedObjects } from './named-objects.ts';

function named(annotations: Readonly<Record<string, string>>, tls: readonly object[] = []): readonly string[] {
  const prefixed = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]));
  const metadata = { name: 'web', namespace: 'shop', annotations: prefixed };
  return namedObjects({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec: { tls } }).map(formatObject);
}

describe('what an Ingress names', () => {
  test.each([
    [{}, []],
    [{ 'auth-type': 'basic', 'auth-secret': 'users' }, ['Secret shop/users']],
    [{ 'auth-tls-secret': 'shop/ca' }, ['Secret shop/ca']],
    [{ 'proxy-ssl-secret': 'shop/upstream' }, ['Secret shop/upstream']],
    [{ 'custom-headers': 'shop/headers' }, ['ConfigMap shop/headers']],
    [{ 'auth-url': 'http://auth.test/', 'auth-proxy-set-headers': 'shop/asked' }, ['ConfigMap shop/asked']],
    [{ 'rewrite-target': '/x' }, []],
  ])('by %j', (annotations, found) => expect(named(annotations)).toEqual(found));

  test('by its certificates, once each', () => {
    expect(named({}, [{ secretName: 'a' }, { secretName: 'b' }, { secretName: 'a' }, {}])).toEqual(['Secret shop/a', 'Secret shop/b']);
  });

  test('is nothing for what is no Ingress', () => {
    expect([namedObjects(undefined), namedObjects({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' } })]).toEqual([[], []]);
  });

  test('of settings', () => {
    const data = { 'add-headers': ' a/one ', 'proxy-set-headers': 'two', 'proxy-body-size': 'a/three' };
    expect(namedObjects({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'a', name: 'x' }, data }).map(formatObject)).toEqual([
      'ConfigMap a/one',
    ]);
  });
});
