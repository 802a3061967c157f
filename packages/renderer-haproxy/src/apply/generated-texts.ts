import { createHash } from 'node:crypto';
import { KeyMaterial } from '@sluice/core';
import type { CertificateLine, GeneratedFile, HaproxyTable, MapFile } from '../render/haproxy-table.ts';

/** A file of a generation as it is on the disk, made when it is needed. */
export interface FileOfGeneration {
  /** Relative to the folder of the generation. */
  readonly path: string;
  /** Equal for equal contents. */
  readonly fingerprint: string;
  readonly content: () => string | KeyMaterial;
}

export const certificatesList = 'certificates.list';

/** The name of a map for HAProxy, as the configuration has it. */
export function mapName(name: string): string {
  return `current/maps/${name}.map`;
}

/** The name of a certificate for HAProxy; undefined: the default certificate of the folder. */
export function certificateName(name: string | undefined): string {
  return name === undefined ? 'default/tls.pem' : `current/certificates/${name}.pem`;
}

/** The name of the list of certificates for HAProxy. */
export const listName = `current/${certificatesList}`;

/** A line of the list, without its end. */
export function certificateLine({ certificate, options, names }: CertificateLine): string {
  return [certificateName(certificate), ...(options === '' ? [] : [`[${options}]`]), ...names].join(' ');
}

/** haproxy.cfg of a table, one char for each byte. */
export function configurationText({ frame, backends }: Pick<HaproxyTable, 'frame' | 'backends'>): string {
  return [...frame, ...backends].map(({ text }) => text).join('');
}

/** A map as its file has it: what is known at runtime alone is in none. */
export function mapText({ entries, runtime }: MapFile): string {
  if (runtime) return '';
  let text = '';
  for (const [key, value] of entries) text += `${key} ${value}\n`;
  return text;
}

/** Everything that HAProxy reads, certificates and `generation.cfg` aside. */
export function filesOf(table: HaproxyTable): readonly FileOfGeneration[] {
  const { frame, backends, maps, certificateLines, files } = table;
  const list = certificateLines.map((line) => `${certificateLine(line)}\n`).join('');
  return [
    {
      path: 'haproxy.cfg',
      fingerprint: digestOf([...frame, ...backends].map(({ digest }) => digest).join(' ')),
      content: () => configurationText(table),
    },
    ...maps.map((map) => ({ path: `maps/${map.name}.map`, fingerprint: mapFingerprint(map), content: () => mapText(map) })),
    { path: certificatesList, fingerprint: digestOf(list), content: () => list },
    ...files.map((file) => ({ path: file.path, fingerprint: fileFingerprint(file), content: () => file.content })),
  ];
}

export function fileFingerprint({ content }: GeneratedFile): string {
  return content instanceof KeyMaterial ? content.fingerprint : digestOf(content);
}

const known = new WeakMap<ReadonlyMap<string, string>, string>();

/** Large maps stay as they are more often than not. */
export function mapFingerprint(map: MapFile): string {
  let fingerprint = known.get(map.entries);
  if (fingerprint === undefined) known.set(map.entries, (fingerprint = digestOf(mapText(map))));
  return fingerprint;
}

/** SHA-256 in hexadecimal. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The chain and the key as HAProxy takes them from its command line: a line without anything would end them. */
export function pemText(pem: KeyMaterial): string {
  return `${pem
    .reveal()
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .join('\n')}\n`;
}
