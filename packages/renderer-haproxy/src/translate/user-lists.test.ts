import { expect, test } from 'vitest';
import { builtModel, routeOf, secretOf } from '../testing/built-model.ts';
import { userListOf } from './user-lists.ts';

function listOf(auth: string, annotations: Readonly<Record<string, string>> = {}) {
  const asked = { 'auth-type': 'basic', 'auth-secret': 'users', ...annotations };
  return userListOf(routeOf(builtModel([{ name: 'a', annotations: asked }], [secretOf('users', { auth })]), 'a.test'));
}

function entriesOf(auth: string): Readonly<Record<string, string>> {
  const list = listOf(auth);
  return Object.fromEntries(list?.entries.map(([key, value]) => [key.slice(`${list.key}/`.length), value]) ?? []);
}

const bcrypt = '$2y$05$abcdefghijklmnopqrstuuVYwmT7rJ4tXb2Zs0Pnp7qYyGQKu3rEa';

test('hashes that Lua knows are in the map, of the others only that HAProxy is to look', () => {
  expect(entriesOf(`a:{SHA}x=\nb:$apr1$s$h\nc:${bcrypt}\nd:{PLAIN}p w\ne:DESdesDESdes.\n`)).toEqual({
    a: '%7BSHA%7Dx=',
    b: '%24apr1%24s%24h',
    c: 'crypt',
    d: '%7BPLAIN%7Dp%20w',
    e: 'crypt',
  });
});

test('the section has those that crypt(3) knows, and nobody with a control character', () => {
  expect(listOf(`a:{SHA}x=\nc:${bcrypt}\nx y:$6$s$h\nt\tb:$5$s$h\ne:DESdesDESdes.\n`)?.section?.lines.map(({ words }) => words)).toEqual([
    ['user', 'c', 'password', bcrypt],
    ['user', 'x y', 'password', '$6$s$h'],
  ]);
  expect(listOf('a:{SHA}x=\n')?.section).toBeUndefined();
});

test('the first line with a hash counts; comments, notes and names beyond ASCII are read', () => {
  expect(entriesOf('#a:{PLAIN}no\r\n:x\na:\na:{PLAIN}1:note\r\na:{PLAIN}2\nm\u00fcller:{PLAIN}3\nnone\n')).toEqual({
    a: '%7BPLAIN%7D1',
    'm%C3%BCller': '%7BPLAIN%7D3',
  });
});

test('without a realm nobody is asked', () => {
  expect(listOf('a:{PLAIN}1', { 'auth-realm': 'off' })).toBeUndefined();
});
