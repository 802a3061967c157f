import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TestApiServer, apiObject, refuse } from '../testing/api-server.ts';
import { NamedObjects } from './named-objects.ts';
import type { Trouble } from './reflector.ts';
import { keyOf, resources } from './resource.ts';

let api: TestApiServer;
let aborter: AbortController;
let named: NamedObjects;
let told: string[];
let troubles: (Trouble['kind'] | 'over')[];
/** Versions of the Secrets that the API has, by name. */
let there: Map<string, string>;
let denied: boolean;

beforeEach(async () => {
  [told, troubles, there, denied] = [[], [], new Map([['a', '1']]), false];
  aborter = new AbortController();
  api = await TestApiServer.start(({ path }, response) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const version = there.get(name);
    if (denied) refuse(response, 403, 'Forbidden');
    else if (version === undefined) refuse(response, 404, 'NotFound');
    else response.end(JSON.stringify(apiObject(name, version)));
  });
  const reflection = {
    put: (object: Parameters<typeof keyOf>[0]) => void told.push(`+${keyOf(object)}@${object.metadata.resourceVersion}`),
    remove: (key: string) => void told.push(`-${key}`),
    settled: () => {},
    trouble: (trouble: Trouble | undefined) => void troubles.push(trouble?.kind ?? 'over'),
  };
  named = new NamedObjects({ client: api.client, resource: resources.Secret, covers: (namespace) => namespace === 'shop', reflection });
  named.start(aborter.signal);
});
afterEach(async () => {
  aborter.abort();
  await api[Symbol.asyncDispose]();
});

/** What the watch of names and versions sees. */
function sees(name: string, version: string): void {
  there.set(name, version);
  named.versions.put(apiObject(name, version));
}

describe('what is named', () => {
  test('is read, and read again when it changes; nothing else is', async () => {
    named.want('shop/a');
    sees('a', '1');
    sees('other', '1');
    expect(named.idle).toBe(false);
    named.versions.settled();
    await vi.waitFor(() => expect(named.idle).toBe(true));
    sees('a', '2');
    await vi.waitFor(() => expect(told).toEqual(['+shop/a@1', '+shop/a@2']));
    expect(api.told).toEqual(['get /api/v1/namespaces/shop/secrets/a', 'get /api/v1/namespaces/shop/secrets/a']);
  });

  test('may be named before it is there, and is gone with its last name', async () => {
    named.versions.settled();
    named.want('shop/b');
    named.want('shop/b');
    expect(api.told).toEqual([]);
    sees('b', '1');
    await vi.waitFor(() => expect(told).toEqual(['+shop/b@1']));
    named.release('shop/b');
    expect(told).toHaveLength(1);
    named.release('shop/b');
    expect(told).toEqual(['+shop/b@1', '-shop/b']);
  });

  test('is gone when it is deleted, and comes back', async () => {
    named.versions.settled();
    named.want('shop/a');
    sees('a', '1');
    await vi.waitFor(() => expect(told).toEqual(['+shop/a@1']));
    named.versions.remove('shop/a');
    sees('a', '5');
    await vi.waitFor(() => expect(told).toEqual(['+shop/a@1', '-shop/a', '+shop/a@5']));
  });

  test('of a namespace that is not watched is left alone', () => {
    named.versions.settled();
    named.versions.put({ metadata: { name: 'x', namespace: 'elsewhere', resourceVersion: '1' } });
    named.want('elsewhere/x');
    expect([named.idle, api.told]).toEqual([true, []]);
  });

  test('is read without a watch, where one may read but not watch', async () => {
    named.want('shop/a');
    named.versions.trouble({ kind: 'denied', message: '' });
    named.versions.settled();
    await vi.waitFor(() => expect(told).toEqual(['+shop/a@1']));
    there.set('a', '2');
    named.versions.trouble({ kind: 'denied', message: '' });
    await vi.waitFor(() => expect(told).toEqual(['+shop/a@1', '+shop/a@2']));
  });

  test('that may be listed and not be read is told of, until it may', async () => {
    denied = true;
    named.want('shop/a');
    sees('a', '1');
    named.versions.settled();
    await vi.waitFor(() => expect(troubles).toEqual(['denied']));
    expect(named.idle).toBe(true);
    denied = false;
    sees('a', '2');
    await vi.waitFor(() => expect([told, troubles]).toEqual([['+shop/a@2'], ['denied', 'over']]));
  });
});
