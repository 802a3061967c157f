import { z } from 'zod';
import { metadata } from './metadata.ts';

/** networking.k8s.io/v1 IngressClass. */
export const ingressClass = z.object({
  kind: z.literal('IngressClass'),
  metadata,
  spec: z.object({ controller: z.string().default('') }).default({ controller: '' }),
});

export type IngressClass = z.infer<typeof ingressClass>;
