import { createHash } from 'node:crypto';
import { KeyMaterial } from '@sluice/core';
import type { Artifact, ArtifactFile } from '@sluice/core';
import type { CertificateLine, HaproxyTable, MapFile, Section } from './haproxy-table.ts';
import type { HaproxyTree } from './haproxy-tree.ts';
import type { SectionTree } from './line.ts';
import { printSection } from './print.ts';

const printed = new WeakMap<SectionTree, Section>();

/** The map that holds hashes of passwords. */
const SECRET_MAP = 'users';

/** Prints a tree. A section that is the same object as last time is not printed again. */
export function renderHaproxy(tree: HaproxyTree): Artifact {
  const frame = tree.frame.map(sectionOf);
  const { backends, maps, certificates, certificateLines, files, accessLog, askers } = tree;
  const table: HaproxyTable = {
    digest: digestOf({ ...tree, frame }),
    frame,
    backends,
    maps,
    certificates,
    certificateLines,
    files,
    accessLog,
    askers,
  };
  return { digest: table.digest, table, files: () => printable(table, tree.secret) };
}

function sectionOf(tree: SectionTree): Section {
  let section = printed.get(tree);
  if (section === undefined) printed.set(tree, (section = printSection(tree)));
  return section;
}

const mapDigests = new WeakMap<ReadonlyMap<string, string>, string>();

function digestOf(table: Omit<HaproxyTable, 'digest'>): string {
  const hash = createHash('sha256');
  for (const { digest } of [...table.frame, ...table.backends]) hash.update(digest);
  for (const { name, entries } of table.maps) hash.update(`${name} ${mapDigest(entries)} `);
  for (const { name, pem } of table.certificates) hash.update(`${name} ${pem.fingerprint} `);
  hash.update(JSON.stringify(table.certificateLines.map(({ certificate, options, names }) => [certificate, options, names])));
  for (const { path, content } of table.files) hash.update(`${path} ${typeof content === 'string' ? content : content.fingerprint}`);
  hash.update(JSON.stringify(table.accessLog ?? {}));
  return hash.digest('hex');
}

function mapDigest(entries: ReadonlyMap<string, string>): string {
  let digest = mapDigests.get(entries);
  if (digest === undefined) {
    const hash = createHash('sha256');
    for (const [key, value] of entries) hash.update(`${key} ${value}\n`);
    mapDigests.set(entries, (digest = hash.digest('hex')));
  }
  return digest;
}

/** For people: no key material. */
function printable(
  { frame, backends, maps, certificates, certificateLines, files }: HaproxyTable,
  secret: HaproxyTree['secret'],
): readonly ArtifactFile[] {
  const sections = [
    ...frame.map((section) => (secret.has(section.label) ? withoutPasswords(section.text) : section.text)),
    ...backends.map(({ text }) => text),
  ];
  return [
    { path: 'haproxy.cfg', content: Buffer.from(sections.join(''), 'latin1').toString('utf8') },
    ...maps.map((map) => ({ path: `maps/${map.name}.map`, content: mapText(map) })),
    { path: 'certificates.list', content: certificateLines.map(certificateLine).join('') },
    ...certificates.map(({ name, pem }) => ({ path: `certificates/${name}.pem`, content: `${String(pem)}\n` })),
    ...files.map(({ path, content }) => ({ path, content: content instanceof KeyMaterial ? `${String(content)}\n` : content })),
  ];
}

function withoutPasswords(text: string): string {
  return text.replace(/ password .*$/gm, ' password [redacted]');
}

function mapText({ name, entries }: MapFile): string {
  return [...entries].map(([key, value]) => `${key} ${name === SECRET_MAP ? '[redacted]' : value}\n`).join('');
}

function certificateLine({ certificate, options, names }: CertificateLine): string {
  const path = certificate === undefined ? 'default/tls.pem' : `current/certificates/${certificate}.pem`;
  return `${[path, ...(options === '' ? [] : [`[${options}]`]), ...names].join(' ')}\n`;
}
