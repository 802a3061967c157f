import { expect, test } from 'vitest';
import type { NginxTable } from '../render/nginx-table.ts';
import { testChunk } from '../testing/process-bench.ts';
import { changeReasons } from './change-reasons.ts';

function table(chunks: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}): NginxTable {
  return {
    chunks: Object.entries(chunks).map(([label, text]) => testChunk(label, text)),
    files: Object.entries(files).map(([path, content]) => ({ path, content, readers: 'master' })),
    digest: `whole ${JSON.stringify(chunks)}`,
    live: undefined,
  };
}

test('reasons are the labels of what differs', () => {
  const before = table({ settings: 'a', 'host a.test': 'a', 'host b.test': 'b' });
  expect(changeReasons(undefined, before)).toEqual(['first configuration']);
  expect(changeReasons(before, table({ settings: 'b', 'host b.test': 'b', 'host c.test': 'c' }))).toEqual([
    'settings changed',
    'host c.test added',
    'host a.test removed',
  ]);
});

test('files are told when nothing else differs, and Lua when not even they do', () => {
  const before = table({ settings: 'a' }, { plans: '1' });
  expect(changeReasons(before, table({ settings: 'a' }, { plans: '2' }))).toEqual(['file plans changed']);
  expect(changeReasons(before, table({ settings: 'b' }, { plans: '2' }))).toEqual(['settings changed']);
  expect(changeReasons(before, before)).toEqual(['the Lua of Sluice changed']);
});
