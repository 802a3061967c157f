import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { workerUser } from '@sluice/core';
import { parseStubStatus } from './stub-status.ts';
import { systemResolvers } from './resolvers.ts';

test('name servers are written as nginx reads them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-resolv-'));
  const path = join(folder, 'resolv.conf');
  writeFileSync(path, '# comment\nsearch x.test\nnameserver 10.0.0.1\nnameserver fd00::1\noptions ndots:5\n');
  expect(systemResolvers(path)).toEqual(['10.0.0.1', '[fd00::1]']);
  expect(systemResolvers(join(folder, 'absent'))).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('the page of stub_status is read, but for the question itself', () => {
  const page = 'Active connections: 3 \nserver accepts handled requests\n 10 10 25 \nReading: 0 Writing: 1 Waiting: 2 \n';
  expect(parseStubStatus(page)).toEqual({
    acceptedConnections: 10,
    activeConnections: 2,
    requests: 25,
    states: { reading: 0, writing: 0, waiting: 2 },
  });
  expect(parseStubStatus('404')).toBeUndefined();
});

test('workers of a controller that is root are another user, with its group; others are who the controller is', () => {
  if (process.getuid?.() !== 0) {
    expect(workerUser('nobody', 'nginx')).toBeUndefined();
    return;
  }
  expect(workerUser('nobody', 'nginx')).toMatchObject({ name: 'nobody', uid: 65534, gid: 65534 });
  expect(workerUser(undefined, 'nginx')?.uid).toBeGreaterThan(0);
  expect(() => workerUser('no-such-user', 'nginx')).toThrow(expect.objectContaining({ code: 'SLU3002' }));
});
