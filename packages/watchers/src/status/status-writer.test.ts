import { Tally } from '../observe/tally.ts';
import { silentLogger } from '@sluice/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { IngressStatuses } from '../kubernetes/ingress-statuses.ts';
import { TestApiServer, apiObject, refuse } from '../testing/api-server.ts';
import { StatusWriter } from './status-writer.ts';

const live = new AbortController().signal;
const ours = [{ ip: '203.0.113.1' }];
const ref = (name: string) => ({ kind: 'Ingress', namespace: 'shop', name });
const withStatus = (name: string, ...ips: readonly string[]) =>
  apiObject(name, '1', { status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } } });

let api: TestApiServer;
let statuses: IngressStatuses;
let writer: StatusWriter;
let conflict: boolean;

/** The writes as `NAME ADDRESSES`. */
const written = (): readonly string[] =>
  api.asked.map(({ body }) => {
    const { metadata, status } = body as { metadata: { name: string }; status?: { loadBalancer: { ingress: { ip: string }[] } } };
    return `${metadata.name} ${status?.loadBalancer.ingress.map(({ ip }) => ip).join() ?? 'none'}`;
  });

beforeEach(async () => {
  conflict = false;
  api = await TestApiServer.start(({ body }, response) => {
    if (conflict) return refuse(response, 409, 'Conflict');
    const { metadata, status } = body as { metadata: { name: string }; status?: object };
    statuses.put(`shop/${metadata.name}`, { metadata, ...(status && { status }) });
    response.end('{}');
  });
  statuses = new IngressStatuses();
  writer = new StatusWriter({ client: api.client, statuses, tally: new Tally(), takeOver: false, logger: silentLogger });
});
afterEach(() => api[Symbol.asyncDispose]());

describe('the status of Ingresses', () => {
  test('is written once, and only where it is not there', async () => {
    statuses.put('shop/a', withStatus('a'));
    statuses.put('shop/b', withStatus('b', '203.0.113.1'));
    for (const _ of [1, 2]) await writer.write([ref('a'), ref('b'), ref('gone')], ours, live);
    expect(written()).toEqual(['a 203.0.113.1']);
    expect(api.asked[0]).toMatchObject({ method: 'PATCH', path: '/apis/networking.k8s.io/v1/namespaces/shop/ingresses/a/status' });
    expect([...(api.asked[0]?.query ?? [])]).toEqual([
      ['fieldManager', 'sluice'],
      ['force', 'false'],
    ]);
  });

  test('follows the addresses', async () => {
    statuses.put('shop/a', withStatus('a'));
    await writer.write([ref('a')], ours, live);
    await writer.write([ref('a')], [{ ip: '203.0.113.2' }], live);
    expect(written()).toEqual(['a 203.0.113.1', 'a 203.0.113.2']);
  });

  test('of another controller stays, and is not tried again until it changes', async () => {
    conflict = true;
    statuses.put('shop/a', withStatus('a', '198.51.100.1'));
    for (const _ of [1, 2, 3]) await writer.write([ref('a')], ours, live);
    expect(written()).toHaveLength(1);
    conflict = false;
    statuses.put('shop/a', withStatus('a'));
    await writer.write([ref('a')], ours, live);
    expect(written()).toHaveLength(2);
  });

  test('is taken back from what is served no more, and from everything at the end', async () => {
    for (const name of ['a', 'b']) statuses.put(`shop/${name}`, withStatus(name));
    await writer.write([ref('a'), ref('b')], ours, live);
    await writer.write([ref('b')], ours, live);
    await writer.clear([], ours, live);
    expect(written().slice(2)).toEqual(['a none', 'b none']);
  });

  test('is left alone while there is no address, but for what was written before', async () => {
    statuses.put('shop/a', withStatus('a'));
    statuses.put('shop/b', withStatus('b', '198.51.100.1'));
    await writer.write([ref('a'), ref('b')], [], live);
    await writer.clear([ref('a'), ref('b')], [], live);
    expect(written()).toEqual([]);
    await writer.write([ref('a')], ours, live);
    await writer.write([ref('a'), ref('b')], [], live);
    expect(written()).toEqual(['a 203.0.113.1', 'a none']);
  });

  test('that another replica has written is taken back at the end as well', async () => {
    statuses.put('shop/a', withStatus('a', '203.0.113.1'));
    statuses.put('shop/b', withStatus('b', '198.51.100.1'));
    await writer.clear([ref('a'), ref('b')], ours, live);
    expect(written()).toEqual(['a none']);
  });

  test('that cannot be written does not keep others from theirs', async () => {
    for (const name of ['a', 'b']) statuses.put(`shop/${name}`, withStatus(name));
    const answer = api.answer;
    api.answer = (asked, response, request) =>
      asked.path.includes('/a/') ? refuse(response, 403, 'Forbidden', 'no') : answer(asked, response, request);
    await expect(writer.write([ref('a'), ref('b')], ours, live)).rejects.toThrow('the status of Ingress shop/a cannot be written: no');
    expect(statuses.get('shop/b')).toBe('203.0.113.1');
  });
});
