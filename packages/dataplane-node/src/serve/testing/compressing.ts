import { defaultServing } from '@sluice/core';
import type { Compression } from '@sluice/core';
import type { ServingGeneration } from '../proxy-context.ts';
import { annotatedModel, generationOf } from './annotated-proxy.ts';

export const gzip = { level: 1, minBytes: 20, types: ['text/plain', 'text/event-stream'], disabled: '' };
export const brotli = { level: 4, minBytes: 20, types: ['text/plain'] };

/** Serves `a.test` from a port of this machine, with this about compression. */
export function compressing(port: number, compression: Compression, annotations: Readonly<Record<string, string>> = {}): ServingGeneration {
  return generationOf({ ...annotatedModel(port, annotations), settings: { ...defaultServing, compression } });
}
