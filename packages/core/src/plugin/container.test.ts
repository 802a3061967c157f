import { expect, test } from 'vitest';
import { Container } from './container.ts';
import { createToken } from './token.ts';

const a = createToken<{ readonly value: number }>('A');
const b = createToken<number>('B');

test('a factory runs on first use, once, and only in its own container', () => {
  const [one, two] = [new Container(), new Container()];
  let made = 0;
  one.provide(a, (services) => ({ value: services.get(b) + ++made }));
  one.provide(b, () => 41);
  expect(made).toBe(0);
  expect([one.get(a), one.get(a)]).toEqual([{ value: 42 }, { value: 42 }]);
  expect(one.get(a)).toBe(one.get(a));
  expect(() => two.get(a)).toThrow(expect.objectContaining({ code: 'SLU2105' }));
});

test('a missing provider names who needs it', () => {
  const container = new Container();
  container.provide(a, (services) => ({ value: services.get(b) }));
  expect(() => container.get(a)).toThrow(expect.objectContaining({ code: 'SLU2105', message: 'nothing provides B, which A needs' }));
});

test('a circle is named', () => {
  const container = new Container();
  container.provide(a, (services) => ({ value: services.get(b) }));
  container.provide(b, (services) => services.get(a).value);
  expect(() => container.get(a)).toThrow(expect.objectContaining({ code: 'SLU2106', message: 'A needs B needs A' }));
});

test('two providers of one token are refused', () => {
  const container = new Container();
  container.provide(b, () => 1);
  expect(() => container.provide(b, () => 2)).toThrow(expect.objectContaining({ code: 'SLU2104' }));
});
