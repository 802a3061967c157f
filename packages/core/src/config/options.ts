import { z } from 'zod';
import { SluiceError } from '../errors.ts';
import { fieldPath } from '../watch/parse-object.ts';
import { didYouMean } from './suggestion.ts';

/**
 * Checks options from a call or a file against their schema. Throws `SLU2003` that lists every problem with its path below
 * `name`; unknown keys come with the nearest valid one (use `z.strictObject`).
 */
export function parseOptions<Schema extends z.ZodType>(name: string, schema: Schema, options: unknown): z.output<Schema> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) =>
    describe(issue, schema).map(({ path, text }) => `${fieldPath([...(name === '' ? [] : [name]), ...path])}: ${text}`),
  );
  throw new SluiceError('SLU2003', problems.join('; '));
}

interface Described {
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

function describe(issue: z.core.$ZodIssue, schema: z.ZodType): Described[] {
  if (issue.code !== 'unrecognized_keys')
    return [{ path: issue.path, text: issue.message.charAt(0).toLowerCase() + issue.message.slice(1) }];
  const valid = keysAt(schema, issue.path);
  return issue.keys.map((key) => ({ path: [...issue.path, key], text: `there is no such option${didYouMean(key, valid)}` }));
}

/** The keys of the object schema at a path, looking through defaults and optionals. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const bare = unwrap(schema);
  if (!(bare instanceof z.ZodObject)) return [];
  const [first, ...rest] = path;
  if (first === undefined) return Object.keys(bare.shape);
  const next: unknown = bare.shape[String(first)];
  return next instanceof z.ZodType ? keysAt(next, rest) : [];
}

function unwrap(schema: unknown): unknown {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  )
    return unwrap(schema.unwrap());
  return schema;
}
