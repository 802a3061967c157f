import { afterEach, expect, test } from 'vitest';
import { NameEndpoints } from './name-endpoints.ts';

const answers = new Map<string, readonly string[] | string>();
const refreshed: boolean[] = [];
const missing: string[] = [];

const names = new NameEndpoints({
  onRefreshed: (changed) => refreshed.push(changed),
  onMissing: (name, because) => missing.push(`${name}: ${because}`),
  lookUp: async (name) => {
    const answer = answers.get(name) ?? 'ENOTFOUND';
    if (typeof answer === 'string') throw Object.assign(new Error(answer), { code: answer });
    return answer;
  },
});

afterEach(async () => {
  await names.use(new Set());
  answers.clear();
  refreshed.length = 0;
  missing.length = 0;
});

test('names are looked up when they come into use, and again', async () => {
  answers.set('a.test', ['10.0.0.2', '10.0.0.1']);
  await names.use(new Set(['a.test', 'gone.test']));
  expect(names.addressesOf('a.test')).toEqual(['10.0.0.1', '10.0.0.2']);
  expect(names.addressesOf('gone.test')).toEqual([]);
  answers.set('a.test', ['10.0.0.1', '10.0.0.2']);
  await names.refresh();
  answers.set('a.test', ['10.0.0.3']);
  await names.refresh();
  expect(refreshed).toEqual([false, true]);
  expect(names.addressesOf('a.test')).toEqual(['10.0.0.3']);
});

test('own addresses are left out, and the family that comes first stays first', async () => {
  answers.set('a.test', ['2001:db8::2', '127.0.0.1', '10.0.0.1', '2001:db8::1', '::1', '0.0.0.0', '::ffff:127.0.0.1']);
  await names.use(new Set(['a.test']));
  expect(names.addressesOf('a.test')).toEqual(['2001:db8::1', '2001:db8::2', '10.0.0.1']);
});

test('a resolver that fails takes nothing away, a name that is gone has no address', async () => {
  answers.set('a.test', ['10.0.0.1']);
  await names.use(new Set(['a.test']));
  answers.set('a.test', 'EAI_AGAIN');
  await names.refresh();
  expect(names.addressesOf('a.test')).toEqual(['10.0.0.1']);
  answers.set('a.test', 'ENOTFOUND');
  await names.refresh();
  expect(names.addressesOf('a.test')).toEqual([]);
  expect(refreshed).toEqual([false, true]);
});

test('that a name has no address is told once, and again after it had one', async () => {
  answers.set('own.test', ['127.0.0.1']);
  await names.use(new Set(['a.test', 'own.test']));
  await names.refresh();
  expect(missing.toSorted()).toEqual(['a.test: ENOTFOUND', 'own.test: it has none but those of this machine']);
  answers.set('a.test', ['10.0.0.1']);
  await names.refresh();
  answers.set('a.test', 'ENODATA');
  await names.refresh();
  expect(missing.slice(2)).toEqual(['a.test: ENODATA']);
});

test('names that are no longer in use are forgotten', async () => {
  answers.set('a.test', ['10.0.0.1']);
  await names.use(new Set(['a.test']));
  await names.use(new Set(['b.test']));
  expect(names.addressesOf('a.test')).toEqual([]);
});

test('a resolver that takes its time does not hold up others, and is told about later', async () => {
  const { promise, resolve } = Promise.withResolvers<readonly string[]>();
  const told = Promise.withResolvers<boolean>();
  const patient = new NameEndpoints({ onRefreshed: told.resolve, lookUp: () => promise, patienceMs: 1 });
  await patient.use(new Set(['slow.test']));
  expect(patient.addressesOf('slow.test')).toEqual([]);
  await patient.use(new Set(['slow.test']));
  resolve(['10.0.0.1']);
  expect(await told.promise).toBe(true);
  expect(patient.addressesOf('slow.test')).toEqual(['10.0.0.1']);
  patient.close();
});
