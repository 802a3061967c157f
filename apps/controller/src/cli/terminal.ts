import { formatDiagnostic, isSluiceError, messageOf } from '@sluice/core';
import type { Diagnostic } from '@sluice/core';

/** What a command leaves as exit status. 0 done; 1 the input has errors or there is no route; 2 wrong usage or configuration; 3 the proxy could not be started. */
export type ExitStatus = 0 | 1 | 2 | 3;

/** Writes a result to stdout. Everything else goes to stderr. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

/** Progress and summaries, for people. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) print(formatDiagnostic(diagnostic));
}

const NOT_STARTED: ReadonlySet<string> = new Set(['SLU2107', 'SLU3001', 'SLU3002']);

/** Says what went wrong and what to do, and gives the exit status that fits. */
export function reportFailure(error: unknown): ExitStatus {
  if (!isSluiceError(error)) {
    note(`error: ${messageOf(error)}`);
    return 2;
  }
  note(`error ${error.code}: ${error.message}${error.help === '' ? '' : ` (help: ${error.help})`}`);
  return NOT_STARTED.has(error.code) ? 3 : error.code.startsWith('SLU1') ? 1 : 2;
}
