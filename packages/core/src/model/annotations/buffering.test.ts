import { expect, test } from 'vitest';
import { annotatedIngress, servedIngresses } from '../../testing/served-ingresses.ts';
import { bufferingGroup } from './buffering.ts';

test('settings of buffers change nothing, and their owner is told', () => {
  const { policies, findings } = servedIngresses(
    annotatedIngress('a', { 'proxy-buffering': 'on', 'proxy-buffer-size': '8k', 'client-body-buffer-size': '100b' }),
  );
  expect(policies('a.test').map(({ kind }) => kind)).toEqual(['body-limit']);
  expect(findings().map((finding) => finding.slice(0, 8))).toEqual(['SLU1509:', 'SLU1509:', 'SLU1509:']);
});

test('a value that is none rejects the Ingress or counts as absent', () => {
  const outcome = (key: string) => servedIngresses(annotatedIngress('a', { [key]: '-' })).ask({ url: 'http://a.test/' })?.routed;
  for (const { key } of bufferingGroup.annotations) expect([key, outcome(key)]).toEqual([key, key !== 'client-body-buffer-size']);
});

test('whether bodies of requests are collected is up to the backend', () => {
  const { policies, findings } = servedIngresses(annotatedIngress('a', { 'proxy-request-buffering': 'off' }));
  expect(policies('a.test').find(({ kind }) => kind === 'request-buffering')).toMatchObject({ enabled: false });
  expect(findings()).toEqual([]);
});
