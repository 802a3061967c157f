import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processInfo } from '../../observe/process/process-info.ts';
import { claimFolder, releaseFolder } from './folder-owner.ts';

test('a folder has one controller: a living one keeps others away, a dead one or another process of its number does not', async () => {
  const data = mkdtempSync(join(tmpdir(), 'sluice-owner-test-'));
  const folder = { root: data, owner: join(data, 'controller.json') };
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await new Promise((resolve) => void other.once('spawn', resolve));
  const identity = { pid: other.pid ?? 0, startTime: processInfo(other.pid ?? 0)?.startTime };
  writeFileSync(folder.owner, JSON.stringify(identity));
  expect(() => claimFolder(folder)).toThrow(
    expect.objectContaining({ code: 'SLU3002', message: expect.stringContaining(String(other.pid)) }),
  );
  writeFileSync(folder.owner, JSON.stringify({ ...identity, startTime: '1' }));
  claimFolder(folder);
  claimFolder(folder);
  writeFileSync(folder.owner, JSON.stringify(identity));
  const ended = new Promise((resolve) => void other.once('exit', resolve));
  other.kill('SIGKILL');
  await ended;
  claimFolder(folder);
  releaseFolder(folder);
  expect(existsSync(folder.owner)).toBe(false);
  rmSync(data, { recursive: true });
});
