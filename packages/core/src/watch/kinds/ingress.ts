import { z } from 'zod';
import { listOf, metadata } from './metadata.ts';

const servicePort = z.object({ name: z.string().optional(), number: z.number().int().optional() });

const backend = z.object({
  service: z.object({ name: z.string(), port: servicePort.default({}) }).optional(),
  resource: z.object({ kind: z.string(), name: z.string() }).optional(),
});

const path = z.object({
  path: z.string().default(''),
  pathType: z
    .string()
    .nullish()
    .transform((value) => value ?? undefined),
  backend,
});

const rule = z.object({
  host: z.string().default(''),
  http: z
    .object({ paths: listOf(path) })
    .nullish()
    .transform((value) => value ?? undefined),
});

const tls = z.object({ hosts: listOf(z.string()), secretName: z.string().default('') });

/** networking.k8s.io/v1 Ingress, the fields that routing uses. What its values mean is checked by the model. */
export const ingress = z.object({
  kind: z.literal('Ingress'),
  metadata,
  spec: z
    .object({
      ingressClassName: z
        .string()
        .nullish()
        .transform((value) => value ?? undefined),
      defaultBackend: backend.nullish().transform((value) => value ?? undefined),
      rules: listOf(rule),
      tls: listOf(tls),
    })
    .default({ ingressClassName: undefined, defaultBackend: undefined, rules: [], tls: [] }),
});

export type Ingress = z.infer<typeof ingress>;
export type IngressBackend = z.infer<typeof backend>;
export type IngressPath = z.infer<typeof path>;
export type IngressRule = z.infer<typeof rule>;
export type IngressTls = z.infer<typeof tls>;
