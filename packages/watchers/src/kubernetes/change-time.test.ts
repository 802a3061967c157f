import { expect, test, vi } from 'vitest';
import { watchedNow } from './change-time.ts';

const with_ = (...managedFields: readonly { time?: string; subresource?: string }[]) => ({ metadata: { name: 'web', managedFields } });

test('a write is as late as the second allows that the API notes, whoever made it, but for statuses', () => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-05-04T10:00:07.250Z'));
  const written = { time: '2026-05-04T10:00:05Z' };
  const status = { time: '2026-05-04T10:00:06Z', subresource: 'status' };
  expect(watchedNow(with_({ time: '2026-05-03T00:00:00Z' }, written, status))).toEqual({
    receivedMs: Date.parse('2026-05-04T10:00:07.250Z'),
    writtenMs: Date.parse('2026-05-04T10:00:05.999Z'),
  });
});

test('an object without notes, or with odd ones, was written nobody knows when', () => {
  expect(watchedNow({ metadata: { name: 'web' } }).writtenMs).toBeUndefined();
  expect(watchedNow(with_({}, { time: 'soon' })).writtenMs).toBeUndefined();
});
