import { z } from 'zod';
import { listOf, metadata } from './metadata.ts';

const port = z.object({
  name: z.string().default(''),
  port: z.number().int(),
  targetPort: z.union([z.string(), z.number().int()]).optional(),
  protocol: z.string().default('TCP'),
});

/** core/v1 Service. */
export const service = z.object({
  kind: z.literal('Service'),
  metadata,
  spec: z
    .object({
      type: z.string().default('ClusterIP'),
      clusterIP: z.string().default(''),
      externalName: z.string().default(''),
      ports: listOf(port),
    })
    .default({ type: 'ClusterIP', clusterIP: '', externalName: '', ports: [] }),
});

export type Service = z.infer<typeof service>;
export type ServicePort = z.infer<typeof port>;
