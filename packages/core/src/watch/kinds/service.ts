import { z } from 'zod';
import { defaulted, listOf, metadata } from './metadata.ts';

/** The API server fills in an absent targetPort with the port; manifests may lack it. */
const port = z
  .object({
    name: defaulted(z.string(), ''),
    port: z.number().int(),
    targetPort: z.union([z.string(), z.number().int()]).nullish(),
    protocol: defaulted(z.string(), 'TCP'),
  })
  .transform((read) => ({ ...read, targetPort: read.targetPort ?? read.port }));

const spec = z.object({
  type: defaulted(z.string(), 'ClusterIP'),
  clusterIP: defaulted(z.string(), ''),
  externalName: defaulted(z.string(), ''),
  ports: listOf(port),
});

/** core/v1 Service. */
export const service = z.object({
  kind: z.literal('Service'),
  metadata,
  spec: defaulted(spec, { type: 'ClusterIP', clusterIP: '', externalName: '', ports: [] }),
});

export type Service = z.infer<typeof service>;
export type ServicePort = z.infer<typeof port>;
