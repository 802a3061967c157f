import { expect, test } from 'vitest';
import { ChangeNotes, noChanges, togetherOf } from './recent-changes.ts';

test('notes are taken once', () => {
  const notes = new ChangeNotes();
  expect(notes.take()).toEqual(noChanges);
  notes.note(() => 'Service shop/web@1');
  expect(notes.take()).toMatchObject({ count: 1, objects: ['Service shop/web@1'] });
  expect(notes.take()).toEqual(noChanges);
});

test('of many changes all are counted, and the first ones told', () => {
  const notes = new ChangeNotes();
  for (let index = 0; index < 1000; index++) notes.note(() => `Service shop/web@${index}`);
  const { count, objects } = notes.take();
  expect([count, objects.length, objects[0]]).toEqual([1000, 20, 'Service shop/web@0']);
});

test('changes of several sources begin with the earliest', () => {
  const [a, b] = [
    { sinceMs: 5, receivedMs: 6, count: 2, objects: ['a', 'b'] },
    { sinceMs: 3, receivedMs: 7, count: 1, objects: ['c'] },
  ];
  expect(togetherOf([a, noChanges, b])).toEqual({ sinceMs: 3, receivedMs: 6, count: 3, objects: ['a', 'b', 'c'] });
});

test('changes begin when the first was written, or received where nobody knows', () => {
  const notes = new ChangeNotes();
  notes.note(() => 'a', { receivedMs: 1000, writtenMs: 990 });
  notes.note(() => 'b', { receivedMs: 995 });
  expect(notes.take()).toMatchObject({ sinceMs: 990, receivedMs: 995 });
  // A clock elsewhere is ahead.
  notes.note(() => 'c', { receivedMs: 2000, writtenMs: 9000 });
  expect(notes.take()).toMatchObject({ sinceMs: 2000, receivedMs: 2000 });
});
