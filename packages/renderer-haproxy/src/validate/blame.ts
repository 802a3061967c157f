import type { Origin } from '@sluice/core';
import type { BackendSection, HaproxyTable, Section } from '../render/haproxy-table.ts';
import type { HaproxyMessage } from './haproxy-message.ts';

/** Whose objects a complaint is about, by the file, line or section that HAProxy named; none when it named nothing of anybody. */
export function blameFor(message: HaproxyMessage, table: HaproxyTable): readonly Origin[] {
  const own = ofFile(message, table) ?? ofEntry(message, table) ?? ofListLine(message, table);
  if (own !== undefined) return [own];
  const lines = ofLine(message, table);
  return lines.length > 0 ? lines : ofProxy(message, table);
}

/** Whose objects a backend is as it is for: those that say how its servers are spoken to, otherwise the first of one of its lines. */
export function blameForBackend({ origins, class: class_ }: BackendSection, { askers }: HaproxyTable): readonly Origin[] {
  const asked = askers?.get(class_) ?? [];
  return asked.length > 0 ? asked : origins.flatMap((origin) => origin ?? []).slice(0, 1);
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

function ofLine({ line }: HaproxyMessage, table: HaproxyTable): readonly Origin[] {
  if (line === undefined) return [];
  let first = 1;
  for (const section of [...table.frame, ...table.backends]) {
    const { origins, text } = section;
    const count = text.split('\n').length - 1;
    if (line < first + count) {
      const origin = origins[line - first];
      if (isBackend(section) && origin !== undefined) return blameForBackend(section, table);
      return origin === undefined ? [] : [origin];
    }
    first += count;
  }
  return [];
}

function isBackend(section: Section): section is BackendSection {
  return 'servers' in section;
}

function ofProxy({ proxy }: HaproxyMessage, table: HaproxyTable): readonly Origin[] {
  const backend = proxy === undefined ? undefined : table.backends.find(({ name }) => name === proxy);
  return backend === undefined ? [] : blameForBackend(backend, table);
}
