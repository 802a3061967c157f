import { z } from 'zod';

const count = z.int().min(0);

/** A diagnostic as JSON: of `sluice check`, `sluice explain` and `/api/diagnostics`. */
export const diagnosticSchema = z.strictObject({
  severity: z.enum(['error', 'warning', 'info']),
  code: z.string().regex(/^SLU\d{4}$/),
  object: z.strictObject({ kind: z.string(), namespace: z.string(), name: z.string() }),
  field: z.string(),
  message: z.string(),
  help: z.string(),
});

/** The JSON of `sluice check`. */
export const checkReport = z.strictObject({
  backend: z.string(),
  counts: z.strictObject({ error: count, warning: count, info: count }),
  diagnostics: z.array(diagnosticSchema).readonly(),
});
