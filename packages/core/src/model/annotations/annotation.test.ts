import { noSettings } from '../settings/global-settings.ts';
import { expect, test } from 'vitest';
import { parseObject } from '../../watch/parse-object.ts';
import { annotation } from './annotation.ts';
import { ANNOTATION_PREFIX, IngressSettings } from './ingress-settings.ts';
import { bool } from './value-parsers.ts';

/** An annotation that stands for itself is one entry. */
const noIndex = annotation({
  key: 'no-index',
  risk: 'Low',
  values: 'true or false',
  effect: 'Asks search engines to leave the paths out.',
  standard: 'false',
  target: 'Route.policies: response-headers',
  onInvalid: 'fallback',
  parse: bool,
  policy: (value, from) => ({ kind: 'response-headers', lines: value ? [{ name: 'X-Robots-Tag', value: 'noindex' }] : [], from }),
});

function settingsWith(value: string): IngressSettings {
  const parsed = parseObject({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'i', namespace: 'ns' }, spec: {} });
  if (parsed.kind !== 'object' || parsed.object.kind !== 'Ingress') throw new Error('not an Ingress');
  return new IngressSettings(parsed.object, new Map([['no-index', { text: value, name: `${ANNOTATION_PREFIX}no-index` }]]), noSettings);
}

test('the entry says which policy its value means, and where that comes from', () => {
  expect(settingsWith('true').ownPolicies([noIndex])).toEqual([
    {
      kind: 'response-headers',
      lines: [{ name: 'X-Robots-Tag', value: 'noindex' }],
      from: {
        object: { kind: 'Ingress', namespace: 'ns', name: 'i' },
        field: 'metadata.annotations[nginx.ingress.kubernetes.io/no-index]',
      },
    },
  ]);
});

test('a value that is not valid means none', () => {
  expect(settingsWith('perhaps').ownPolicies([noIndex])).toEqual([]);
  expect(settingsWith('perhaps').get(noIndex)).toBeUndefined();
});
