import type { ProblemCode } from '../errors.ts';
import { problems } from '../errors.ts';
import type { ObjectRef, Origin } from '../model/origin.ts';
import { formatObject } from '../model/origin.ts';

/** How much a finding matters. `error`: something asked for does not work. `warning`: it works otherwise than asked, or may fail later. `info`: worth knowing. */
export type Severity = 'error' | 'warning' | 'info';

/** A finding about one object, for its owner. Data only: safe to print, contains no Secret. */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: ProblemCode;
  readonly object: ObjectRef;
  /** Field path inside the object; empty for the object as a whole. */
  readonly field: string;
  readonly message: string;
  /** What to do about it. */
  readonly help: string;
}

/** Makes a diagnostic; severity and help come from the problem table. */
export function diagnose(code: ProblemCode, from: Origin, message: string): Diagnostic {
  const { severity, help } = problems[code];
  return { severity, code, object: from.object, field: from.field, message, help };
}

/** One line: `error SLU1203 Ingress shop/web spec.rules[0].http.paths[1].pathType: … (help: …)`. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { severity, code, object, field, message, help } = diagnostic;
  const where = field === '' ? formatObject(object) : `${formatObject(object)} ${field}`;
  return `${severity} ${code} ${where}: ${message}${help === '' ? '' : ` (help: ${help})`}`;
}

/** How many findings there are of each severity. */
export function countBySeverity(diagnostics: readonly Diagnostic[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of diagnostics) counts[severity]++;
  return counts;
}
