import { countBySeverity } from '@sluice/core';
import type { Settings } from '../settings/load-settings.ts';
import { modelOfManifests } from './manifest-model.ts';
import { note, printDiagnostics, printJson } from './terminal.ts';
import type { ExitStatus } from './terminal.ts';

export interface CheckOptions {
  readonly strict: boolean;
  readonly json: boolean;
}

/** `sluice check`: prints what is wrong with manifests; 1 when there are errors (`strict`: or warnings). */
export async function check(paths: readonly string[], settings: Settings, { strict, json }: CheckOptions): Promise<ExitStatus> {
  const { diagnostics } = await modelOfManifests(paths, settings);
  const counts = countBySeverity(diagnostics);
  if (json) printJson({ backend: settings.base.backend, counts, diagnostics });
  else printDiagnostics(diagnostics);
  note(`${counted(counts.error, 'error')}, ${counted(counts.warning, 'warning')}, ${counted(counts.info, 'info')}`);
  return counts.error > 0 || (strict && counts.warning > 0) ? 1 : 0;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
