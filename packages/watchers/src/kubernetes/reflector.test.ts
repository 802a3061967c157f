import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TestApiServer, apiObject, event, listOf, refuse } from '../testing/api-server.ts';
import type { Answer } from '../testing/api-server.ts';
import { Reflector } from './reflector.ts';
import type { ReflectorOptions, Trouble } from './reflector.ts';
import { keyOf, resources } from './resource.ts';

let api: TestApiServer;
let aborter: AbortController;
let running: Promise<void>;
let told: string[];
let troubles: (Trouble['kind'] | 'over')[];
/** The responses of the watches that are open. */
let watches: ServerResponse[];

/** Answers watches by leaving them open, and everything else with the lists in turn; the last one repeats. */
function lists(...pages: readonly string[]): Answer {
  let page = 0;
  return ({ query }, response) => {
    if (query.get('watch') === null) return void response.end(pages[Math.min(page++, pages.length - 1)]);
    response.flushHeaders();
    watches.push(response);
  };
}

async function following(answer: Answer, options: Partial<ReflectorOptions> = {}): Promise<Reflector> {
  api = await TestApiServer.start(answer);
  const reflection = {
    put: (object: Parameters<typeof keyOf>[0]) => void told.push(`+${keyOf(object)}@${object.metadata.resourceVersion}`),
    remove: (key: string) => void told.push(`-${key}`),
    settled: () => void told.push('settled'),
    trouble: (trouble: Trouble | undefined) => void troubles.push(trouble?.kind ?? 'over'),
  };
  const reflector = new Reflector({ client: api.client, resource: resources.Service, reflection, ...options });
  running = reflector.run(aborter.signal);
  return reflector;
}

const watching = (count = 1): Promise<void> => vi.waitFor(() => expect(watches.length).toBeGreaterThanOrEqual(count), 5000);

beforeEach(() => {
  aborter = new AbortController();
  [told, troubles, watches] = [[], [], []];
});
afterEach(async () => {
  aborter.abort();
  await running;
  await api[Symbol.asyncDispose]();
});

describe('a reflector', () => {
  test('lists in pages and watches from the version of the list', async () => {
    await following(lists(listOf('7', [apiObject('a', '1')], 'next'), listOf('7', [apiObject('b', '2')])));
    await watching();
    expect(told).toEqual(['+shop/a@1', '+shop/b@2', 'settled']);
    expect(api.told).toEqual(['list', 'list next', 'watch 7']);
  });

  test('tells events, and goes on from the last version after the connection is lost, without a list', async () => {
    const reflector = await following(lists(listOf('7', [apiObject('a', '1')])));
    await watching();
    watches[0]?.write(
      event('MODIFIED', apiObject('a', '8')) + event('ADDED', apiObject('b', '9')) + event('DELETED', apiObject('a', '10')),
    );
    watches[0]?.write(event('BOOKMARK', { metadata: { resourceVersion: '20' } }));
    await vi.waitFor(() => expect(told).toEqual(['+shop/a@1', 'settled', '+shop/a@8', '+shop/b@9', '-shop/a']));
    api.cut();
    await watching(2);
    expect(api.told.at(-1)).toBe('watch 20');
    expect(reflector.lists).toBe(1);
    watches[1]?.write(event('BOOKMARK', { metadata: { resourceVersion: '21' } }));
    await vi.waitFor(() => expect(told.length).toBe(5));
    expect(troubles).toEqual([]);
  });

  test('reads events that come in pieces', async () => {
    await following(lists(listOf('7', [])));
    await watching();
    const bytes = Buffer.from(event('ADDED', apiObject('ä', '8')));
    for (const byte of bytes) watches[0]?.write(Buffer.of(byte));
    await vi.waitFor(() => expect(told).toContain('+shop/ä@8'));
  });

  test.each([
    ['an event', (response: ServerResponse) => void response.write(event('ERROR', { code: 410, reason: 'Expired' }))],
    ['an answer', undefined],
  ])('lists again when the version is forgotten, told by %s, and tells what differs alone', async (_by, say) => {
    const answer = lists(
      listOf('7', [apiObject('a', '1'), apiObject('b', '2'), apiObject('c', '3')]),
      listOf('50', [apiObject('a', '1'), apiObject('c', '30')]),
    );
    let refusals = say === undefined ? 1 : 0;
    await following((asked, response, request) => {
      if (asked.query.get('watch') !== null && refusals-- > 0) return refuse(response, 410, 'Expired');
      answer(asked, response, request);
    });
    if (say !== undefined) {
      await watching();
      watches[0]?.write('');
      say(watches[0] as ServerResponse);
    }
    await watching(say === undefined ? 1 : 2);
    expect(told).toEqual(['+shop/a@1', '+shop/b@2', '+shop/c@3', 'settled', '+shop/c@30', '-shop/b', 'settled']);
    expect(api.told.at(-1)).toBe('watch 50');
  });

  test('without the right to read is settled, says so, and follows when it gets it', async () => {
    const answer = lists(listOf('7', [apiObject('a', '1')]));
    let denied = true;
    await following((asked, response, request) => (denied ? refuse(response, 403, 'Forbidden') : answer(asked, response, request)));
    await vi.waitFor(() => expect(told).toEqual(['settled']));
    expect(troubles).toEqual(['denied']);
    denied = false;
    await watching();
    expect(told).toContain('+shop/a@1');
    expect(troubles.at(-1)).toBe('over');
  });

  test('takes a watch that is silent for dead', async () => {
    await following(lists(listOf('7', [])), { idleMs: 50 });
    await watching(2);
    expect(api.told.slice(0, 3)).toEqual(['list', 'watch 7', 'watch 7']);
  });

  test('survives answers that are no JSON, and tells of what lasts', async () => {
    await following(lists('<html>', '<html>', listOf('7', [apiObject('a', '1')])));
    await watching();
    expect(told).toEqual(['+shop/a@1', 'settled']);
    expect(troubles).toEqual(['unreachable', 'over']);
  });

  test('that is cleared tells that everything is gone, and nothing after it', async () => {
    const reflector = await following(lists(listOf('7', [apiObject('a', '1')])));
    await watching();
    reflector.clear();
    watches[0]?.write(event('ADDED', apiObject('b', '8')));
    await vi.waitFor(() => expect(told.at(-1)).toBe('-shop/a'));
  });
});
