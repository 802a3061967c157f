import { z } from 'zod';
import { listOf, metadata } from './metadata.ts';

const conditions = z.object({ ready: z.boolean().nullish() });

const endpoint = z.object({ addresses: listOf(z.string()), conditions: conditions.nullish().transform((value) => value ?? {}) });

const port = z.object({
  name: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
  port: z
    .number()
    .int()
    .nullish()
    .transform((value) => value ?? undefined),
  protocol: z
    .string()
    .nullish()
    .transform((value) => value ?? 'TCP'),
});

/** discovery.k8s.io/v1 EndpointSlice. The Service it belongs to is named by the label `kubernetes.io/service-name`. */
export const endpointSlice = z.object({
  kind: z.literal('EndpointSlice'),
  metadata,
  addressType: z.string().default('IPv4'),
  endpoints: listOf(endpoint),
  ports: listOf(port),
});

export type EndpointSlice = z.infer<typeof endpointSlice>;
