import { z } from 'zod';
import { metadata } from './metadata.ts';

/** core/v1 Namespace. */
export const namespace = z.object({ kind: z.literal('Namespace'), metadata });

export type Namespace = z.infer<typeof namespace>;
