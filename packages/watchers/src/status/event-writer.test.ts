import { Tally } from '../observe/tally.ts';
import type { Diagnostic } from '@sluice/core';
import { silentLogger } from '@sluice/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestApiServer, refuse } from '../testing/api-server.ts';
import { EventWriter } from './event-writer.ts';

const live = new AbortController().signal;

let api: TestApiServer;
let nowMs: number;
let writer: EventWriter;

function finding(name: string, more: Partial<Diagnostic> = {}): Diagnostic {
  const object = { kind: 'Ingress', namespace: 'shop', name };
  return { severity: 'error', code: 'SLU1301', object, field: 'spec', message: 'there is no Service', help: 'make it', ...more };
}

beforeEach(async () => {
  nowMs = 0;
  api = await TestApiServer.start((_, response) => void response.end('{}'));
  writer = new EventWriter({
    client: api.client,
    instance: 'me',
    tally: new Tally(),
    uidOf: ({ name }) => `uid-${name}`,
    logger: silentLogger,
    nowMs: () => nowMs,
  });
});
afterEach(() => api[Symbol.asyncDispose]());

describe('an Event', () => {
  test('says what is wrong with which object', async () => {
    await writer.write([finding('a')], live);
    expect(api.asked).toMatchObject([{ method: 'POST', path: '/apis/events.k8s.io/v1/namespaces/shop/events' }]);
    expect(api.asked[0]?.body).toMatchObject({
      type: 'Warning',
      reason: 'SLU1301',
      note: 'spec: there is no Service (make it)',
      regarding: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'shop', name: 'a', uid: 'uid-a' },
    });
  });

  test('is for errors of objects only, one for each', async () => {
    const cluster = { kind: 'Secret', namespace: '', name: '*' };
    await writer.write([finding('a'), finding('a'), finding('b', { severity: 'warning' }), finding('c', { object: cluster })], live);
    expect(api.asked).toHaveLength(1);
  });

  test('comes once as long as the error stays, and again when it comes back or an hour has passed', async () => {
    for (const _ of [1, 2]) await writer.write([finding('a')], live);
    await writer.write([], live);
    await writer.write([finding('a')], live);
    expect(api.asked).toHaveLength(2);
    nowMs = 60 * 60_000;
    await writer.write([finding('a')], live);
    expect(api.asked).toHaveLength(3);
  });

  test('that is there already is counted', async () => {
    api.answer = ({ method }, response) => {
      if (method === 'POST') refuse(response, 409, 'AlreadyExists');
      else response.end(JSON.stringify({ series: { count: 4 } }));
    };
    await writer.write([finding('a')], live);
    expect(api.asked.map(({ method }) => method)).toEqual(['POST', 'GET', 'PATCH']);
    expect(api.asked[2]?.body).toMatchObject({ series: { count: 5 } });
  });

  test('of many waits for its turn', async () => {
    const many = Array.from({ length: 60 }, (_, index) => finding(`i${index}`));
    expect(await writer.write(many, live)).toBe(true);
    expect(api.asked).toHaveLength(50);
    nowMs = 2000;
    expect(await writer.write(many, live)).toBe(false);
    expect(api.asked).toHaveLength(60);
  });

  test('that may not be written is an error, and is tried again', async () => {
    api.answer = (_, response) => refuse(response, 403, 'Forbidden', 'no');
    await expect(writer.write([finding('a')], live)).rejects.toThrow('no');
    api.answer = (_, response) => void response.end('{}');
    await writer.write([finding('a')], live);
    expect(api.asked).toHaveLength(2);
  });
});
