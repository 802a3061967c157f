import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { Authorities } from './authority.ts';
import type { Question } from './question.ts';

const opened = new Set<Socket>();
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
  opened.clear();
});

/** An authority that does this with each connection once it has been asked something. */
async function authority(behave: (socket: Socket, data: Buffer) => void): Promise<Question> {
  const server = createServer((socket) => {
    opened.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => opened.delete(socket));
    socket.once('data', (data: Buffer) => behave(socket, data));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, method: 'GET', headers: ['Host', 'auth.test'], cacheKey: undefined };
}

function authorities(): Authorities {
  const asked = new Authorities();
  closers.push(() => asked.close());
  return asked;
}

const never = new AbortController().signal;
const timeouts = { connectMs: 300, readMs: 300 };
const gone = (): Promise<void> => vi.waitFor(() => expect(opened.size).toBe(0), { timeout: 4000, interval: 20 });

test.each<[string, (socket: Socket) => void]>([
  ['says nothing', () => {}],
  ['answers garbage', (socket) => socket.write('\0\x01\x02 what\r\n\r\n')],
  ['ends early', (socket) => socket.end('HTTP/1.1 200 O')],
  ['resets', (socket) => socket.resetAndDestroy()],
  ['never ends its head', (socket) => socket.write('HTTP/1.1 200 OK\r\nX: ')],
  ['sends a head without measure', (socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(200_000)}`)],
  ['switches the protocol', (socket) => socket.write('HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')],
])('an authority that %s is no answer, and its connection is not kept', async (_, behave) => {
  const question = await authority(behave);
  const answer = await authorities().ask(question, timeouts, never);
  expect(answer.status).toBe(0);
  await gone();
});

test.each<[string, (socket: Socket) => void]>([
  ['does not end', (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc')],
  ['is long', (socket) => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n${'x'.repeat(100_000)}`)],
])('an authority whose body %s has answered with its head, and its connection is not kept', async (_, behave) => {
  const question = await authority(behave);
  const answer = await authorities().ask(question, timeouts, never);
  expect(answer.status).toBe(200);
  await gone();
});

test('the connection of a question that nobody waits for any more is closed', async () => {
  const controller = new AbortController();
  const question = await authority(() => controller.abort());
  const answer = await authorities().ask(question, timeouts, controller.signal);
  expect(answer.status).toBe(0);
  await gone();
});

test.each([
  ['/pass?of=/f\xc3\xb6//../"<x>', '/pass?of=/f\xc3\xb6//../"<x>'],
  ['?of=1', '/?of=1'],
  ['', '/'],
  ['/a b\r\nX: y', '/a%20bX:%20y'],
])('what is asked is the URL as variables made it, on one line: %j', async (written, asked) => {
  const lines: (string | undefined)[] = [];
  const question = await authority((socket, data) => {
    lines.push(data.toString('latin1').split('\r\n', 1)[0]);
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  });
  const answer = await authorities().ask({ ...question, url: question.url.replace(/\/$/, written) }, timeouts, never);
  expect(answer.status).toBe(200);
  expect(lines).toEqual([`GET ${asked} HTTP/1.1`]);
});
