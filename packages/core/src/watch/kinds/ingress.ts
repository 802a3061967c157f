import { z } from 'zod';
import { defaulted, listOf, metadata, optional } from './metadata.ts';

const servicePort = z.object({ name: optional(z.string()), number: optional(z.number().int()) });

const backend = z.object({
  service: optional(z.object({ name: z.string(), port: defaulted(servicePort, { name: undefined, number: undefined }) })),
  resource: optional(z.object({ kind: z.string(), name: z.string() })),
});

const path = z.object({ path: defaulted(z.string(), ''), pathType: optional(z.string()), backend });

const rule = z.object({ host: defaulted(z.string(), ''), http: optional(z.object({ paths: listOf(path) })) });

const tls = z.object({ hosts: listOf(z.string()), secretName: defaulted(z.string(), '') });

const spec = z.object({ ingressClassName: optional(z.string()), defaultBackend: optional(backend), rules: listOf(rule), tls: listOf(tls) });

/** networking.k8s.io/v1 Ingress, the fields that routing uses. What its values mean is checked by the model. */
export const ingress = z.object({
  kind: z.literal('Ingress'),
  metadata,
  spec: defaulted(spec, { ingressClassName: undefined, defaultBackend: undefined, rules: [], tls: [] }),
});

export type Ingress = z.infer<typeof ingress>;
export type IngressBackend = z.infer<typeof backend>;
export type IngressPath = z.infer<typeof path>;
export type IngressRule = z.infer<typeof rule>;
export type IngressTls = z.infer<typeof tls>;
