import type { CertificateLine, HaproxyTable, ServedCertificate } from '../render/haproxy-table.ts';
import { certificateLine, certificateName, listName, pemText } from './generated-texts.ts';
import { usedCertificates } from './loaded.ts';
import type { Loaded } from './loaded.ts';
import { WorkerChannel } from './worker-channel.ts';

/** What becomes of certificates. */
export interface CertificatePlan {
  readonly reload: readonly string[];
  readonly reasons: readonly string[];
  readonly added: readonly ServedCertificate[];
  readonly changed: readonly ServedCertificate[];
  /** Names. */
  readonly removed: readonly string[];
  readonly addedLines: readonly CertificateLine[];
  readonly removedLines: readonly CertificateLine[];
  readonly isEmpty: boolean;
}

/** Compares the certificates that a worker has with those of a table. The order of lines after the first means nothing. */
export function planCertificates(loaded: Loaded, table: HaproxyTable): CertificatePlan {
  const { certificateLines } = table;
  const certificates = usedCertificates(table);
  const names = new Set(certificates.map(({ name }) => name));
  const added = certificates.filter(({ name }) => !loaded.certificates.has(name));
  const changed = certificates.filter(
    ({ name, pem }) => ![undefined, pem.fingerprint].includes(loaded.certificates.get(name)?.fingerprint),
  );
  const gone = [...loaded.certificates].filter(([name]) => !names.has(name));
  const removed = gone.map(([name]) => name);
  const addedLines = without(certificateLines, loaded.lines);
  const removedLines = without(loaded.lines, certificateLines);
  const reload = [
    ...firstReasons(loaded.lines[0], certificateLines[0]),
    ...optionReasons(addedLines, removedLines),
    ...sizeReasons([...added, ...changed], addedLines, labelled(certificates)),
  ];
  const reasons = [
    ...added.map(({ label }) => `certificate ${label} is new`),
    ...changed.map(({ label }) => `certificate ${label}`),
    ...gone.map(([, { label }]) => `certificate ${label} is gone`),
    ...nameReasons(addedLines, removedLines, new Set([...removed, ...added.map(({ name }) => name)])),
  ];
  const isEmpty = added.length + changed.length + removed.length + addedLines.length + removedLines.length === 0;
  return { reload, reasons, added, changed, removed, addedLines, removedLines, isEmpty };
}

/** Equal for lines that mean the same. */
export function lineKey(line: CertificateLine): string {
  let key = keys.get(line);
  if (key === undefined) {
    const { certificate, options, names } = line;
    keys.set(line, (key = JSON.stringify([certificateName(certificate), options, names.toSorted()])));
  }
  return key;
}

const keys = new WeakMap<CertificateLine, string>();

/** The message that a certificate's text goes with. */
export function setCommand(name: string): string {
  return `set ssl cert ${certificateName(name)}`;
}

export const addLineCommand = `add ssl crt-list ${listName}`;

function without(lines: readonly CertificateLine[], others: readonly CertificateLine[]): readonly CertificateLine[] {
  if (lines === others) return [];
  const known = new Set(others.map(lineKey));
  return lines.filter((line) => !known.has(lineKey(line)));
}

function lineName(label: string | undefined): string {
  return label === undefined ? 'the default certificate' : `certificate ${label}`;
}

function firstReasons(before: CertificateLine | undefined, after: CertificateLine | undefined): readonly string[] {
  const key = (line: CertificateLine | undefined): string => (line === undefined ? '' : lineKey(line));
  return key(before) === key(after) ? [] : ['the default certificate is another'];
}

/** A name with other options than before: HAProxy makes what options say when it starts. */
function optionReasons(added: readonly CertificateLine[], removed: readonly CertificateLine[]): readonly string[] {
  const before = new Map(linesByName(removed));
  const isOther = ([name, { options }]: NamedLine): boolean => (before.get(name)?.options ?? options) !== options;
  return linesByName(added)
    .filter(isOther)
    .map(([name]) => `client authentication of the host ${name} changed`);
}

type NamedLine = readonly [name: string, line: CertificateLine];

/** Names with the lines that they are in; those that a line leaves out are none. */
function linesByName(lines: readonly CertificateLine[]): readonly NamedLine[] {
  return lines.flatMap((line) => line.names.flatMap((name) => (name.startsWith('!') ? [] : [[name, line] as const])));
}

/** Names with another certificate than before, but those of one that is told to be new or gone. */
function nameReasons(
  added: readonly CertificateLine[],
  removed: readonly CertificateLine[],
  told: ReadonlySet<string | undefined>,
): readonly string[] {
  const [before, after] = [new Map(linesByName(removed)), new Map(linesByName(added))];
  const names = [...new Set([...after.keys(), ...before.keys()])].filter((name) => {
    const [old, now] = [before.get(name), after.get(name)];
    return !told.has(old?.certificate) && !told.has(now?.certificate) && (old && lineKind(old)) !== (now && lineKind(now));
  });
  return names.map((name) => `certificate of the host ${name}`);
}

/** Equal for lines that say the same to each of their names. */
function lineKind({ certificate, options }: CertificateLine): string {
  return `${certificate ?? ''} ${options}`;
}

function labelled(certificates: readonly ServedCertificate[]): ReadonlyMap<string | undefined, string> {
  return new Map(certificates.map(({ name, label }) => [name, label]));
}

function sizeReasons(
  certificates: readonly ServedCertificate[],
  lines: readonly CertificateLine[],
  labels: ReadonlyMap<string | undefined, string>,
): readonly string[] {
  return [
    ...certificates
      .filter(({ name, pem }) => !WorkerChannel.fits(setCommand(name), pemText(pem).trimEnd()))
      .map(({ label }) => `certificate ${label} is too long for a message to HAProxy`),
    ...lines
      .filter((line) => !WorkerChannel.fits(addLineCommand, certificateLine(line)))
      .map(({ certificate }) => `${lineName(labels.get(certificate))} has too many names for a message to HAProxy`),
  ];
}
