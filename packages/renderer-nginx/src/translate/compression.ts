import { diagnose, pcre } from '@sluice/core';
import type { Compression, Diagnostic, ServingSettings } from '@sluice/core';
import { directive } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import type { Deployment } from './surroundings.ts';

/** What a bucket of the table of types has room for: 64 bytes, and nginx has no directive for another size. */
const LONGEST_TYPE = 46;

/** How answers are compressed, as ingress-nginx has it. */
export function compression(settings: Compression, deployment: Deployment): readonly Directive[] {
  const all = [...gzip(settings.gzip), ...brotli(settings.brotli, deployment)];
  // Caches are told for either.
  return all.length === 0 ? [] : [...all, directive('gzip_vary', 'on')];
}

/** The modules that are loaded for that. */
export function compressionModules({ brotli: encoding }: Compression, { capabilities: { brotli: module } }: Deployment): readonly string[] {
  return encoding !== undefined && module.found ? module.modules : [];
}

function gzip(encoding: Compression['gzip']): readonly Directive[] {
  if (encoding === undefined) return [];
  const { level, minBytes, types, disabled } = encoding;
  return [
    directive('gzip', 'on'),
    directive('gzip_comp_level', level),
    directive('gzip_http_version', '1.1'),
    directive('gzip_min_length', minBytes),
    ...typesOf('gzip_types', types),
    directive('gzip_proxied', 'any'),
    ...(disabled === '' ? [] : [directive('gzip_disable', pcre(disabled, { ignoreCase: true, anchored: false }))]),
  ];
}

/** It comes before gzip for clients that take both. */
function brotli(encoding: Compression['brotli'], { capabilities }: Deployment): readonly Directive[] {
  if (encoding === undefined || !capabilities.brotli.found) return [];
  const { level, minBytes, types } = encoding;
  return [
    directive('brotli', 'on'),
    directive('brotli_comp_level', level),
    directive('brotli_min_length', minBytes),
    ...typesOf('brotli_types', types),
  ];
}

function typesOf(name: string, types: readonly string[]): readonly Directive[] {
  const fitting = types.filter((type) => type.length <= LONGEST_TYPE);
  return fitting.length === 0 ? [] : [directive(name, ...fitting)];
}

/** Media types that nginx cannot compress. */
export function compressionFindings({ compression: settings, said }: ServingSettings): readonly Diagnostic[] {
  return (['gzip', 'brotli'] as const).flatMap((name) => {
    const from = said.find(({ key }) => key === `${name}-types`)?.from;
    const long = settings[name]?.types.filter((type) => type.length > LONGEST_TYPE) ?? [];
    if (from === undefined || long.length === 0) return [];
    const examples = long.slice(0, 3).join(', ');
    const message = `nginx compresses no types whose names have more than ${LONGEST_TYPE} characters: not ${examples}`;
    return [diagnose('SLU1509', from, message)];
  });
}
