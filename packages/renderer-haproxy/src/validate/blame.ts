import type { Origin } from '@sluice/core';
import type { HaproxyTable, Section } from '../render/haproxy-table.ts';
import type { HaproxyMessage } from './haproxy-message.ts';

/** Whose object a complaint is about, by the file, line or section that HAProxy named; undefined when it named nothing of anybody. */
export function blameFor(message: HaproxyMessage, table: HaproxyTable): Origin | undefined {
  return (
    ofFile(message, table) ?? ofEntry(message, table) ?? ofListLine(message, table) ?? ofLine(message, table) ?? ofProxy(message, table)
  );
}

/** The object of the first line of a section that has one. */
export function blameForSection({ origins }: Section): Origin | undefined {
  return origins.find((origin) => origin !== undefined);
}

function ofFile({ file }: HaproxyMessage, { files, certificates }: HaproxyTable): Origin | undefined {
  if (file === undefined) return undefined;
  return certificates.find(({ name }) => file === `certificates/${name}.pem`)?.from ?? files.find(({ path }) => path === file)?.from;
}

/** Maps have an entry a line. */
function ofEntry({ file, fileLine }: HaproxyMessage, { maps }: HaproxyTable): Origin | undefined {
  const map = maps.find(({ name }) => file === `maps/${name}.map`);
  const key = map && fileLine !== undefined ? [...map.entries.keys()][fileLine - 1] : undefined;
  return key === undefined ? undefined : map?.origins?.get(key);
}

function ofListLine({ file, fileLine }: HaproxyMessage, { certificateLines, certificates }: HaproxyTable): Origin | undefined {
  const line = fileLine === undefined || file?.startsWith('maps/') ? undefined : certificateLines[fileLine - 1];
  return line && (line.from ?? certificates.find(({ name }) => name === line.certificate)?.from);
}

function ofLine({ line }: HaproxyMessage, { frame, backends }: HaproxyTable): Origin | undefined {
  if (line === undefined) return undefined;
  let first = 1;
  for (const { origins, text } of [...frame, ...backends]) {
    const count = text.split('\n').length - 1;
    if (line < first + count) return origins[line - first];
    first += count;
  }
  return undefined;
}

function ofProxy({ proxy }: HaproxyMessage, { backends }: HaproxyTable): Origin | undefined {
  const backend = proxy === undefined ? undefined : backends.find(({ name }) => name === proxy);
  return backend && blameForSection(backend);
}
