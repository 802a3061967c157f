import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { portOf } from '../socket-port.ts';
import { requestOf } from './case-schema.ts';
import { unexplained } from './explained.ts';
import type { Sent } from './explained.ts';

let explanation: object = {};
const asked: URLSearchParams[] = [];
const admin = createServer((request, response) => {
  asked.push(new URL(request.url ?? '', 'http://admin').searchParams);
  response.end(JSON.stringify({ request: { target: '/x' }, conditions: [], ...explanation }));
});

beforeAll(async () => {
  admin.listen(0, '127.0.0.1');
  await once(admin, 'listening');
});
afterAll(() => admin.close());

const places = new Map(['a', 'b'].map((name, index) => [name, { address: `127.0.0.${index + 2}`, port: 80 + index }] as const));
const [toA, toB] = [...places.values()].map(({ address, port }) => ({ id: 'n/s:80', endpoints: [`${address}:${port}`] }));

function sent(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Sent {
  const outcome = { bytes: '', failure: undefined, ms: 1, certificate: undefined, protocol: undefined };
  const answer = { status, reason: '', headers: Object.entries(headers), body };
  return { request: requestOf('GET http://h.test/x'), cookies: undefined, outcome: { ...outcome, answer } };
}

const echoed = (backend: string, uri: string): Sent => sent(200, {}, `{"backend":"${backend}","uri":"${uri}"}`);

async function agree(one: Sent, said: object): Promise<boolean> {
  explanation = said;
  const ports = { http: 8080, https: 8443, admin: portOf(admin) };
  return (await unexplained([one], ports, { places })).length === 0;
}

test('an answer is the one that is explained, or one that is listed', async () => {
  const forward = { outcome: 'forward', upstream: toA };
  expect(await agree(echoed('a', '/x'), forward)).toBe(true);
  expect(await agree(echoed('a', '/y'), forward)).toBe(false);
  expect(await agree(echoed('a', '/y'), { ...forward, rewritten: { target: '/y' } })).toBe(true);
  expect(await agree(echoed('b', '/x'), forward)).toBe(false);
  expect(await agree(echoed('b', '/x'), { ...forward, conditions: [{ upstream: toB }] })).toBe(true);
  expect(await agree(sent(503), forward)).toBe(false);
  expect(await agree(sent(503), { ...forward, conditions: [{ statuses: [503] }] })).toBe(true);
  expect(await agree(sent(404, { 'X-Backend': 'a' }), forward)).toBe(true);
  expect(await agree(sent(503, { 'X-Backend': 'b' }), { ...forward, conditions: [{ statuses: [503] }] })).toBe(false);
});

test('what the proxy answers is compared with status and Location', async () => {
  expect(await agree(sent(404), { outcome: 'respond', status: 404 })).toBe(true);
  expect(await agree(sent(503), { outcome: 'respond', status: 404 })).toBe(false);
  const redirect = { outcome: 'redirect', status: 308, location: 'https://h.test/x' };
  expect(await agree(sent(308, { Location: 'https://h.test/x' }), redirect)).toBe(true);
  expect(await agree(sent(308, { Location: 'https://h.test/' }), redirect)).toBe(false);
});

test('the question has everything that the request had', () => {
  const [query] = asked;
  expect(query?.get('url')).toBe('http://in.the.header:8080/x');
  expect(query?.getAll('header')).toEqual(['Host: h.test']);
  expect(query?.get('client')).toBe('127.0.0.1');
});
