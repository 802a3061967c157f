import { expect, test, vi } from 'vitest';
import { LoopPulse } from './loop-pulse.ts';

test('a step that lasts too long is told until the next one begins, or nothing is to be done', () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(1000);
  const pulse = new LoopPulse(5000);
  expect(pulse.trouble()).toBeUndefined();
  pulse.begin('sluice.validate');
  now.mockReturnValue(6000);
  expect(pulse.trouble()).toBeUndefined();
  now.mockReturnValue(8500);
  expect(pulse.trouble()).toBe('the reconcile loop hangs: sluice.validate has not come to an end for 7 s');
  pulse.begin('sluice.apply');
  expect(pulse.trouble()).toBeUndefined();
  now.mockReturnValue(100_000);
  pulse.rest();
  expect(pulse.trouble()).toBeUndefined();
});
