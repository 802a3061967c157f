import { expect, test } from 'vitest';
import { LineTeller } from './line-teller.ts';

test('lines of a kind that repeat are counted; a window ends, and the next one tells again', () => {
  const heard: unknown[] = [];
  const logger = { info: () => {}, warn: (message: string) => void heard.push(message), error: () => {} };
  let nowMs = 0;
  const teller = new LineTeller('proxy', logger, () => nowMs);
  for (let count = 0; count < 7; count++) teller.tell({ level: 'warn', text: `same ${count} "${count}"`, fields: {} });
  nowMs = 10_000;
  teller.tell({ level: 'warn', text: 'same 1 "2"', fields: {} });
  expect(heard).toEqual([...Array<string>(5).fill('proxy reported'), 'proxy reported more of the same', 'proxy reported']);
});
