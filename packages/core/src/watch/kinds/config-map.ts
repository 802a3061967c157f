import { z } from 'zod';
import { metadata } from './metadata.ts';

/** core/v1 ConfigMap. */
export const configMap = z.object({
  kind: z.literal('ConfigMap'),
  metadata,
  data: z
    .record(z.string(), z.string())
    .nullish()
    .transform((data) => data ?? {}),
});

export type ConfigMap = z.infer<typeof configMap>;
