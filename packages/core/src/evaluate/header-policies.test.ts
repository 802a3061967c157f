import { expect, test } from 'vitest';
import { annotatedIngress, servedIngresses } from '../testing/served-ingresses.ts';
import { routedRequest } from '../testing/routed-request.ts';
import { evaluate } from './evaluate.ts';

function decide(annotations: Record<string, string>) {
  const { model } = servedIngresses(annotatedIngress('x', annotations)).build();
  return evaluate(model, routedRequest({ host: 'x.test', target: '/' }));
}

test('upstream-vhost is the Host of the upstream', () => {
  const { verdict, reasons } = decide({ 'upstream-vhost': 'inner-$host' });
  expect(verdict).toMatchObject({ kind: 'forward', requestEdits: [{ op: 'set', name: 'Host', value: 'inner-x.test' }] });
  expect(reasons.map(({ text }) => text)).toContain('the upstream gets Host: inner-x.test');
});

test.each(['a b', 'a;b', '$nonsense'])('upstream-vhost %j: the Ingress is not served', (value) => {
  const served = servedIngresses(annotatedIngress('x', { 'upstream-vhost': value }));
  expect(served.ask({ url: 'http://x.test/' })?.status).toBe(404);
  expect(served.findings()).toEqual([expect.stringMatching(/^SLU1505/)]);
});

test('connection-proxy-header is the Connection of the upstream', () => {
  expect(decide({ 'connection-proxy-header': 'keep-alive' }).verdict).toMatchObject({
    requestEdits: [{ op: 'set', name: 'Connection', value: 'keep-alive' }],
  });
});

test('changes of what the upstream answers are told', () => {
  const texts = decide({ 'proxy-redirect-from': 'http://inner.test/', 'proxy-redirect-to': '/x/', 'proxy-cookie-path': '/a /b' }).reasons;
  expect(texts.map(({ text }) => text)).toEqual(
    expect.arrayContaining([
      'Location and Refresh of the answer: http://inner.test/ becomes /x/',
      'Path of Set-Cookie of the answer: /a becomes /b',
    ]),
  );
});
