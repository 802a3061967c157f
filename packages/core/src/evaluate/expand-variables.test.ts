import { expect, test } from 'vitest';
import { builtIn } from '../model/origin.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import { routedRequest } from '../testing/routed-request.ts';
import { expandVariables } from './expand-variables.ts';

const host: VirtualHost = { name: 'a.test', match: { kind: 'exact', name: 'a.test' }, routes: [], from: builtIn };
const request = routedRequest({ host: 'a.test', target: '/' });

test.each(['nope', 'constructor', '__proto__', 'toString'])('a variable that nothing is known of is empty: %s', (variable) => {
  expect(expandVariables(['[', { variable }, ']'], { request, host, path: '/', requestId: 'r' })).toBe('[]');
});

test('the catch-all host is called _, as in ingress-nginx', () => {
  const catchAll: VirtualHost = { ...host, name: '*', match: { kind: 'any' } };
  const source = { request: { ...request, host: '' }, host: catchAll, path: '/', requestId: 'r' };
  expect(expandVariables([{ variable: 'host' }, ' ', { variable: 'server_name' }], source)).toBe('_ _');
});
