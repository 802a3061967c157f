import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RequestSocket } from './request-socket.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sluice-requests-test-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('whole lines are taken, whatever the pieces they come in; a socket of an earlier run is in nobody’s way', async () => {
  const path = join(folder, 'requests.sock');
  const lines: string[] = [];
  await new RequestSocket(path, undefined, () => {}).start();
  const socket = new RequestSocket(path, undefined, (taken) => void lines.push(...taken));
  await socket.start();
  const client = connect(path);
  for (const piece of ['{"a', '":1}\n{"b":2}\n', '{"c"']) {
    client.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await vi.waitFor(() => expect(lines).toEqual(['{"a":1}', '{"b":2}']));
  socket.stop();
  expect(existsSync(path)).toBe(false);
  client.destroy();
});
