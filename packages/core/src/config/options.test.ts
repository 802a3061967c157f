import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseOptions } from './options.ts';

const schema = z.strictObject({
  timeouts: z.strictObject({ connectMs: z.number().default(5) }).prefault({}),
  accessLog: z.boolean().optional(),
});

test('defaults are filled in', () => {
  expect(parseOptions('node', schema, {})).toEqual({ timeouts: { connectMs: 5 } });
});

test.each([
  [{ acessLog: true }, 'node.acessLog: there is no such option (did you mean "accessLog"?)'],
  [{ timeouts: { conectMs: 1 } }, 'node.timeouts.conectMs: there is no such option (did you mean "connectMs"?)'],
  [{ zzzzzzzz: 1 }, 'node.zzzzzzzz: there is no such option'],
  [{ accessLog: 'yes' }, 'node.accessLog: invalid input: expected boolean, received string'],
])('%j: %s', (options, message) => {
  expect(() => parseOptions('node', schema, options)).toThrow(expect.objectContaining({ code: 'SLU2003', message }));
});
