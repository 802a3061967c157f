import { z } from 'zod';
import { defaulted, listOf, metadata, optional } from './metadata.ts';

const endpoint = z.object({ addresses: listOf(z.string()), conditions: defaulted(z.object({ ready: z.boolean().nullish() }), {}) });

const port = z.object({ name: defaulted(z.string(), ''), port: optional(z.number().int()), protocol: defaulted(z.string(), 'TCP') });

/** discovery.k8s.io/v1 EndpointSlice. The Service it belongs to is named by the label `kubernetes.io/service-name`. */
export const endpointSlice = z.object({
  kind: z.literal('EndpointSlice'),
  metadata,
  addressType: defaulted(z.string(), 'IPv4'),
  endpoints: listOf(endpoint),
  ports: listOf(port),
});

export type EndpointSlice = z.infer<typeof endpointSlice>;
