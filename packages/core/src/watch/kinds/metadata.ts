import { z } from 'zod';

/** Largest total size of the annotations of one object that the Kubernetes API accepts, in bytes. */
export const MAX_ANNOTATIONS_BYTES = 256 * 1024;

/** A field that may be absent; null means the same, as in Kubernetes. */
export const optional = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().transform((value) => value ?? undefined);

/** A field with the value that absence (or null) stands for. */
export const defaulted = <Schema extends z.ZodType>(schema: Schema, absent: z.output<Schema>) =>
  schema.nullish().transform((value) => value ?? absent);

const timestamp = z
  .union([z.string(), z.date().transform((date) => date.toISOString())])
  .refine((text) => !Number.isNaN(Date.parse(text)), 'not a time as in RFC 3339');

/** The metadata that routing uses. Kubernetes ObjectMeta. */
export const metadata = z.object({
  name: z.string().min(1),
  namespace: defaulted(z.string(), ''),
  /** RFC 3339; empty when the source has none (then objects are ordered by name). */
  creationTimestamp: defaulted(timestamp, ''),
  labels: defaulted(z.record(z.string(), z.string()), {}),
  annotations: defaulted(z.record(z.string(), z.string()), {}),
});

export type Metadata = z.infer<typeof metadata>;

/** A list field: null and absence mean empty, as in Kubernetes. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((value): z.output<Item>[] => value ?? []);
