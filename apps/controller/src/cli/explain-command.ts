import { isIP } from 'node:net';
import { isatty } from 'node:tty';
import { SluiceError, explain as explainRequest, formatDiagnostic, formatObject, parseListenAddress } from '@sluice/core';
import type { Diagnostic, Explanation } from '@sluice/core';
import picocolors from 'picocolors';
import type { Settings } from '../settings/load-settings.ts';
import { modelOfManifests } from './manifest-model.ts';
import { print, printJson } from './terminal.ts';
import type { ExitStatus } from './terminal.ts';

export interface ExplainOptions {
  readonly manifests: string;
  readonly method: string;
  readonly headers: readonly string[];
  /** Address of the client. */
  readonly from: string;
  readonly json: boolean;
}

/** What the watchers report about: a file that does not parse may hold the very rule in question. */
const SOURCES: ReadonlySet<string> = new Set(['File', 'Directory']);

/** `sluice explain`: what happens to a request and why; 1 when no rule and no default backend takes it. */
export async function explain(
  url: string,
  settings: Settings,
  { manifests, method, headers, from, json }: ExplainOptions,
): Promise<ExitStatus> {
  if (isIP(from) === 0) throw new SluiceError('SLU2001', `--from ${JSON.stringify(from)} is not an IP address`);
  const { model, diagnostics } = await modelOfManifests([manifests], settings);
  const explanation = explainRequest(model, {
    url: url.includes('://') ? url : `http://${url}`,
    method,
    headers,
    clientAddress: from,
    listening: listeningOf(settings),
  });
  if (explanation === undefined) throw new SluiceError('SLU2001', `${JSON.stringify(url)} is not an http or https URL`);
  const involved = new Set([...explanation.reasons, ...explanation.conditions].map(({ object }) => object));
  const related = diagnostics.filter(({ object }) => involved.has(formatObject(object)) || SOURCES.has(object.kind));
  if (json) printJson({ url, method, ...explanation, diagnostics: related });
  else print(asText(`${method} ${url}`, explanation, related));
  return explanation.routed ? 0 : 1;
}

/** Not in pipes and files, whatever else the environment says. */
const colors = picocolors.createColors(picocolors.isColorSupported && isatty(1));

/** Where `sluice run` with the same settings would listen. */
function listeningOf({ base: { listen } }: Settings): NonNullable<Parameters<typeof explainRequest>[1]['listening']> {
  const known = (addresses: readonly string[]) => addresses.map(parseListenAddress).filter(({ port }) => port > 0);
  return { http: known(listen.http), https: known(listen.https) };
}

/** Of the longest name of a condition. */
const WIDTH = 'client-certificate'.length;

function asText(title: string, explanation: Explanation, diagnostics: readonly Diagnostic[]): string {
  const steps = explanation.reasons.map(({ step, text, ...place }) => `  ${step.padEnd(8)} ${text}${placeOf(place)}`);
  const exceptions = explanation.conditions.map(({ step, text, ...place }) => `  ${step.padEnd(WIDTH)} ${text}${placeOf(place)}`);
  const endpoints = (explanation.upstream?.endpoints ?? []).map((endpoint) => `  endpoint ${endpoint}`);
  const findings = diagnostics.map((diagnostic) => `  ${formatDiagnostic(diagnostic)}`);
  return [
    colors.bold(title),
    `→ ${outcome(explanation)}`,
    '',
    ...steps,
    ...endpoints,
    ...(exceptions.length > 0 ? ['', 'Unless, when it is served:', ...exceptions] : []),
    ...(findings.length > 0 ? ['', 'Findings:', ...findings] : []),
  ].join('\n');
}

/** The object and field that a step comes from; what is built in has none. */
function placeOf({ object = 'Sluice', field = '' }: { readonly object?: string | undefined; readonly field?: string | undefined }): string {
  return object.startsWith('Sluice') ? '' : colors.dim(` [${object}${field === '' ? '' : ` ${field}`}]`);
}

function outcome({ outcome: kind, status, location, upstream, conditions }: Explanation): string {
  const checks = [...new Set(conditions.map(({ step }) => step))].filter((step) => step !== 'upstream');
  if (kind === 'forward')
    return `forwarded to ${upstream?.id ?? ''}${checks.length === 0 ? '' : ` (up to ${checks.join(', ')}: see below)`}`;
  return kind === 'redirect' ? `${status ?? ''} ${location ?? ''}` : String(status);
}
