import { expect, test } from 'vitest';
import { parseObject } from '../../watch/parse-object.ts';
import type { IngressClass } from '../../watch/kinds/ingress-class.ts';
import type { Ingress } from '../../watch/kinds/ingress.ts';
import { annotatedIngress } from '../../testing/served-ingresses.ts';
import { decideClass } from './ingress-class.ts';
import { defaultModelOptions } from './model-options.ts';

function read(raw: object) {
  const parsed = parseObject(raw);
  if (parsed.kind !== 'object') throw new Error('not an object');
  return parsed.object;
}

const classOf = (name: string, controller: string) =>
  read({ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name }, spec: { controller } }) as IngressClass;
const ingressOf = (ingressClassName: string) => read(annotatedIngress('shop', {}, { ingressClassName })) as Ingress;

const classes = new Map([
  ['nginx', classOf('nginx', 'example.com/other')],
  ['mine', classOf('mine', 'k8s.io/ingress-nginx')],
  ['foreign', classOf('foreign', 'example.com/other')],
]);

test.each([
  ['mine', false, true],
  ['nginx', false, false],
  ['foreign', false, false],
  ['mine', true, true],
  ['nginx', true, true],
  ['foreign', true, false],
])('the class %s, with classes by name %s: served %s', (name, ingressClassByName, served) => {
  expect(decideClass(ingressOf(name), classes, { ...defaultModelOptions, ingressClassByName })).toMatchObject({ served });
});
