import { z } from 'zod';
import { defaulted, metadata } from './metadata.ts';

/** networking.k8s.io/v1 IngressClass. */
export const ingressClass = z.object({
  kind: z.literal('IngressClass'),
  metadata,
  spec: defaulted(z.object({ controller: defaulted(z.string(), '') }), { controller: '' }),
});

export type IngressClass = z.infer<typeof ingressClass>;
