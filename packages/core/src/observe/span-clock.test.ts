import { expect, test, vi } from 'vitest';
import { spanTimeMs } from './span-clock.ts';

test('parts of milliseconds count, and a clock that is set is followed', () => {
  const [now, wall] = [vi.spyOn(performance, 'now'), vi.spyOn(Date, 'now')];
  const at = (nowMs: number, wallMs: number): number => {
    now.mockReturnValue(nowMs);
    wall.mockReturnValue(wallMs);
    return spanTimeMs();
  };
  const first = at(1000.25, 5_000_000);
  expect(at(1000.75, 5_000_000) - first).toBeCloseTo(0.5);
  expect(at(1010.75, 5_000_010) - first).toBeCloseTo(10.5);
  expect(at(1011.75, 9_000_000)).toBe(9_000_000);
});
