import { diagnose } from '@sluice/core';
import type { Diagnostic, ServingSettings } from '@sluice/core';

/** What a bucket of the table of types has room for: 64 bytes, and nginx has no directive for another size. */
const LONGEST_TYPE = 46;

/** The media types that nginx can compress. */
export function fittingTypes(types: readonly string[]): readonly string[] {
  return types.filter((type) => type.length <= LONGEST_TYPE);
}

/** Media types that nginx cannot compress. */
export function gzipFindings({ compression: { gzip }, said }: ServingSettings): readonly Diagnostic[] {
  const from = said.find(({ key }) => key === 'gzip-types')?.from;
  const long = gzip?.types.filter((type) => type.length > LONGEST_TYPE) ?? [];
  if (from === undefined || long.length === 0) return [];
  return [
    diagnose(
      'SLU1509',
      from,
      `nginx compresses no types whose names have more than ${LONGEST_TYPE} characters: not ${long.slice(0, 3).join(', ')}`,
    ),
  ];
}
