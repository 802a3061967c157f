import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MAX_MESSAGE, askSocket } from './command-socket.ts';
import { CommandRefused, WorkerChannel, quoted } from './worker-channel.ts';

let folder: string;
let path: string;
let server: Server;
let messages: string[];
let answer: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-channel-'));
  path = join(folder, 's.sock');
  messages = [];
  answer = '';
  server = createServer((socket) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      // A message that has lines behind its first one ends with an empty one.
      if (!(text.includes('<<\n') ? text.endsWith('\n\n') : text.endsWith('\n'))) return;
      messages.push(text);
      socket.end(`proc.sluice_generation: type=str value=<id>\n${answer}\n`);
    });
  });
  await new Promise<void>((resolve) => void server.listen(path, resolve));
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const sizes = (): readonly number[] => messages.map((message) => Buffer.byteLength(message, 'latin1'));

test('messages are as full as they may be and never fuller, whatever the lengths of what is sent', async () => {
  const channel = new WorkerChannel(path, 'id');
  const lines = Array.from({ length: 5000 }, (_, index) => `/key/${index} ${'v'.repeat((index * 37) % 700)}`);
  await channel.feed('add map @1 m', lines);
  await channel.run(lines.map((line) => `add map m ${line}`));
  expect(Math.max(...sizes())).toBeLessThanOrEqual(MAX_MESSAGE);
  const sent = messages.flatMap((message) => message.split(/[\n;]/)).filter((line) => line.includes('/key/'));
  expect(sent.length).toBe(10_000);
});

test('the longest line that fits is sent, one byte more is refused', async () => {
  const channel = new WorkerChannel(path, 'id');
  const command = 'set ssl cert x';
  let length = MAX_MESSAGE;
  while (!WorkerChannel.fits(command, 'x'.repeat(length))) length--;
  await channel.feed(command, ['x'.repeat(length)]);
  expect(sizes()).toEqual([MAX_MESSAGE]);
  await expect(channel.feed(command, ['x'.repeat(length + 1)])).rejects.toThrow(CommandRefused);
  await expect(askSocket(path, { message: 'x'.repeat(MAX_MESSAGE + 1), timeoutMs: 100 })).rejects.toThrow('longer than HAProxy takes');
});

test('words of success are no complaints, everything else is', async () => {
  const channel = new WorkerChannel(path, 'id');
  answer = "New server registered.\n\nCommitting x..\nSuccess!\nInserting certificate 'a' in crt-list 'b'.\n";
  await channel.run(['x']);
  answer = 'No such backend.\n';
  await expect(channel.run(['x'])).rejects.toThrow('HAProxy refused a command: No such backend.');
});

test('the answer of another worker is an error that is tried again', async () => {
  await expect(new WorkerChannel(path, 'another').run(['x'])).rejects.toMatchObject({ code: 'SLU3005', retryable: true });
  await expect(new WorkerChannel(join(folder, 'absent'), 'id').run(['x'])).rejects.toMatchObject({ code: 'SLU3005' });
});

test('nothing in a word is a separator', () => {
  expect(quoted(String.raw`a b;c\d<<`)).toBe(String.raw`a\ b\;c\\d\<\<`);
});
