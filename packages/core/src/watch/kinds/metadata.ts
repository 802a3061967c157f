import { z } from 'zod';

/** Largest total size of the annotations of one object that the Kubernetes API accepts, in bytes. */
export const MAX_ANNOTATIONS_BYTES = 256 * 1024;

/** The metadata that routing uses. Kubernetes ObjectMeta. */
export const metadata = z.object({
  name: z.string().min(1),
  namespace: z.string().default(''),
  /** RFC 3339; empty when the source has none (then objects are ordered by name). */
  creationTimestamp: z
    .union([z.string(), z.date().transform((date) => date.toISOString())])
    .nullish()
    .transform((value) => value ?? ''),
  labels: z
    .record(z.string(), z.string())
    .nullish()
    .transform((value) => value ?? {}),
  annotations: z
    .record(z.string(), z.string())
    .nullish()
    .transform((value) => value ?? {}),
});

export type Metadata = z.infer<typeof metadata>;

/** A list field: null and absence mean empty, as in Kubernetes. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((value): z.output<Item>[] => value ?? []);
