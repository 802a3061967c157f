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
  const changed = certificates.filter(({ name, pem }) => ![undefined, pem.fingerprint].includes(loaded.certificates.get(name)));
  const removed = [...loaded.certificates.keys()].filter((name) => !names.has(name));
  const addedLines = without(certificateLines, loaded.lines);
  const removedLines = without(loaded.lines, certificateLines);
  const reload = [
    ...firstReasons(loaded.lines[0], certificateLines[0]),
    ...optionReasons(addedLines, removedLines),
    ...sizeReasons([...added, ...changed], addedLines),
  ];
  const reasons = [
    ...added.map(({ name }) => `the certificate ${name} is new`),
    ...changed.map(({ name }) => `the certificate ${name} changed`),
    ...removed.map((name) => `the certificate ${name} is gone`),
    ...(added.length + removed.length === 0 && addedLines.length + removedLines.length > 0 ? ['names of certificates changed'] : []),
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

function firstReasons(before: CertificateLine | undefined, after: CertificateLine | undefined): readonly string[] {
  const key = (line: CertificateLine | undefined): string => (line === undefined ? '' : lineKey(line));
  return key(before) === key(after) ? [] : ['the certificate for names without one is another'];
}

/** A certificate that is there with other options than before: HAProxy makes what options say when it starts. */
function optionReasons(added: readonly CertificateLine[], removed: readonly CertificateLine[]): readonly string[] {
  const before = new Map(removed.map(({ certificate, options }) => [certificate, options]));
  return added
    .filter(({ certificate, options }) => before.has(certificate) && before.get(certificate) !== options)
    .map(({ certificate }) => `the options of the certificate ${certificate ?? 'for names without one'} changed`);
}

function sizeReasons(certificates: readonly ServedCertificate[], lines: readonly CertificateLine[]): readonly string[] {
  return [
    ...certificates
      .filter(({ name, pem }) => !WorkerChannel.fits(setCommand(name), pemText(pem).trimEnd()))
      .map(({ name }) => `the certificate ${name} is too long for a message to HAProxy`),
    ...lines
      .filter((line) => !WorkerChannel.fits(addLineCommand, certificateLine(line)))
      .map(({ certificate }) => `the certificate ${certificate} has too many names for a message to HAProxy`),
  ];
}
