import { digestOf, fileFingerprint, mapFingerprint } from '../apply/generated-texts.ts';
import type { CertificateLine, HaproxyTable } from '../render/haproxy-table.ts';

/** How many accepted configurations are remembered. */
const REMEMBERED = 16;

/**
 * What HAProxy has accepted already. It need not look again at servers and maps, which are made of addresses and of texts that it only
 * stores, but for expressions; nor at backends of a class that it knows, since they differ in nothing else.
 */
export class AcceptedTables {
  readonly #bases = new Set<string>();
  /** Lines with their certificates, of the table that was accepted last. */
  #lines: ReadonlySet<string> = new Set();

  /** What of a table HAProxy has not seen: the whole, or certificates alone; undefined: nothing. */
  newIn(table: HaproxyTable): HaproxyTable | undefined {
    if (!this.#bases.has(baseOf(table))) return table;
    const fingerprints = fingerprintsOf(table);
    const [first, ...rest] = table.certificateLines;
    const lines = rest.filter((line) => !this.#lines.has(lineKey(line, fingerprints)));
    if (lines.length === 0 && (first === undefined || this.#lines.has(lineKey(first, fingerprints)))) return undefined;
    const certificateLines = first === undefined ? [] : [first, ...lines];
    const named = new Set(certificateLines.map(({ certificate }) => certificate));
    return { ...table, backends: [], certificateLines, certificates: table.certificates.filter(({ name }) => named.has(name)) };
  }

  accept(table: HaproxyTable): void {
    this.#bases.add(baseOf(table));
    const [oldest] = this.#bases;
    if (this.#bases.size > REMEMBERED && oldest !== undefined) this.#bases.delete(oldest);
    const fingerprints = fingerprintsOf(table);
    this.#lines = new Set(table.certificateLines.map((line) => lineKey(line, fingerprints)));
  }

  /** HAProxy has refused what it had accepted. */
  forget(): void {
    this.#bases.clear();
  }
}

/** Equal for tables that differ in nothing but what HAProxy does not look at, and certificates. */
function baseOf({ frame, backends, maps, files }: HaproxyTable): string {
  const classes = new Set(backends.map(({ class: class_, dynamic, servers }) => `${class_} ${dynamic} ${servers[0]?.parameters}`));
  return digestOf(
    JSON.stringify([
      frame.map(({ digest }) => digest),
      [...classes].toSorted(),
      maps.map((map) => [map.name, map.ordered ? mapFingerprint(map) : '']),
      files.map((file) => [file.path, fileFingerprint(file)]),
    ]),
  );
}

function fingerprintsOf({ certificates }: HaproxyTable): ReadonlyMap<string, string> {
  return new Map(certificates.map(({ name, pem }) => [name, pem.fingerprint]));
}

function lineKey({ certificate, options, names }: CertificateLine, fingerprints: ReadonlyMap<string, string>): string {
  return JSON.stringify([fingerprints.get(certificate ?? ''), options, names]);
}
