import { expect, test } from 'vitest';
import { wishesOf } from './echo-wishes.ts';

test('wishes by path and by query', () => {
  expect(wishesOf('/x', 'a')).toMatchObject({ status: 200, headers: [], delayMs: 0, close: false, size: undefined });
  expect(wishesOf('/status/404', 'a')).toMatchObject({ status: 404 });
  expect(wishesOf('/deep/size/20', 'a')).toMatchObject({ status: 200, size: 20 });
  expect(wishesOf('/location?to=http://x.test/y', 'a')).toMatchObject({ status: 302, headers: [['Location', 'http://x.test/y']] });
  expect(wishesOf('/x?header=Set-Cookie:a=b;%20Path=/&header=X:y', 'a').headers).toStrictEqual([
    ['Set-Cookie', 'a=b; Path=/'],
    ['X', 'y'],
  ]);
});

test('wishes for some backends only', () => {
  expect(wishesOf('/?close=1&only=b,c', 'b').close).toBe(true);
  expect(wishesOf('/?close=1&only=b,c', 'a').close).toBe(false);
});
