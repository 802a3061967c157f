import { z } from 'zod';
import { KeyMaterial } from '../../model/key-material.ts';
import { defaulted, metadata } from './metadata.ts';

const decoded = z
  .record(z.string(), z.string())
  .nullish()
  .transform((data) => mapValues(data ?? {}, (text) => Buffer.from(text, 'base64').toString('utf8')));
const plain = z
  .record(z.string(), z.string())
  .nullish()
  .transform((data) => data ?? {});

/** core/v1 Secret. Every value is wrapped at once, so that no later step can print it. `stringData` wins over `data`. */
export const secret = z
  .object({ kind: z.literal('Secret'), metadata, type: defaulted(z.string(), 'Opaque'), data: decoded, stringData: plain })
  .transform(({ kind, metadata: meta, type, data, stringData }) => ({
    kind,
    metadata: { ...meta, annotations: {} },
    type,
    data: mapValues({ ...data, ...stringData }, (text) => new KeyMaterial(text)),
  }));

export type Secret = z.infer<typeof secret>;

function mapValues<In, Out>(record: Readonly<Record<string, In>>, change: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
