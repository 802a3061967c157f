import { expect, test } from 'vitest';
import { memoryBackend } from '../testing/memory-backend.ts';
import { probed } from './probe.ts';

const { reloader } = memoryBackend().backend;
const never = new AbortController().signal;

test('is over when the data plane answers by the new generation', async () => {
  const answers = [false, false, true];
  await probed({ ...reloader, probe: async () => answers.shift() ?? true }, never);
  expect(answers).toEqual([]);
});

test('one that never does is told, and none that cannot be asked', async () => {
  await expect(probed({ ...reloader, probe: async () => false }, never, 20)).rejects.toMatchObject({ code: 'SLU3005' });
  await probed(reloader, never, 0);
});
