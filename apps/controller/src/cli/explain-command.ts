import { SluiceError, explain as explainRequest, formatDiagnostic, formatObject } from '@sluice/core';
import type { Diagnostic, Explanation } from '@sluice/core';
import colors from 'picocolors';
import type { Settings } from '../settings/load-settings.ts';
import { modelOfManifests } from './manifest-model.ts';
import { print, printJson } from './terminal.ts';
import type { ExitStatus } from './terminal.ts';

export interface ExplainOptions {
  readonly manifests: string;
  readonly method: string;
  readonly headers: readonly string[];
  readonly json: boolean;
}

/** What the watchers report about: a file that does not parse may hold the very rule in question. */
const SOURCES: ReadonlySet<string> = new Set(['File', 'Directory']);

/** `sluice explain`: what happens to a request and why; 1 when no rule and no default backend takes it. */
export async function explain(url: string, settings: Settings, { manifests, method, headers, json }: ExplainOptions): Promise<ExitStatus> {
  const { model, diagnostics } = await modelOfManifests([manifests], settings);
  const explanation = explainRequest(model, { url: url.includes('://') ? url : `http://${url}`, method, headers });
  if (explanation === undefined) throw new SluiceError('SLU2001', `${JSON.stringify(url)} is not an http or https URL`);
  const involved = new Set(explanation.reasons.map(({ object }) => object));
  const related = diagnostics.filter(({ object }) => involved.has(formatObject(object)) || SOURCES.has(object.kind));
  if (json) printJson({ url, method, ...explanation, diagnostics: related });
  else print(asText(`${method} ${url}`, explanation, related));
  return explanation.routed ? 0 : 1;
}

function asText(title: string, explanation: Explanation, diagnostics: readonly Diagnostic[]): string {
  const steps = explanation.reasons.map(
    ({ step, text, object, field }) =>
      `  ${step.padEnd(8)} ${text}${object === undefined || object.startsWith('Sluice') ? '' : colors.dim(` [${object}${field === '' ? '' : ` ${field}`}]`)}`,
  );
  const endpoints = (explanation.upstream?.endpoints ?? []).map((endpoint) => `  endpoint ${endpoint}`);
  const findings = diagnostics.map((diagnostic) => `  ${formatDiagnostic(diagnostic)}`);
  return [
    colors.bold(title),
    `→ ${outcome(explanation)}`,
    '',
    ...steps,
    ...endpoints,
    ...(findings.length > 0 ? ['', 'Findings:', ...findings] : []),
  ].join('\n');
}

function outcome({ outcome: kind, status, location, upstream }: Explanation): string {
  if (kind === 'forward') return `forwarded to ${upstream?.id ?? ''}`;
  return kind === 'redirect' ? `${status ?? ''} ${location ?? ''}` : String(status);
}
