import { createHash } from 'node:crypto';
import type { SectionTree } from './line.ts';
import type { BackendSection, Section, Server } from './haproxy-table.ts';
import { quoteWord } from './word.ts';

/** Prints a section: its head, then a line each, indented, and an empty line behind. */
export function printSection({ label, head, lines, from, derived, listens }: SectionTree): Section {
  const first = head.length === 0 ? [] : [head.map(quoteWord).join(' ')];
  const printed = [...first, ...lines.map(({ words }) => `  ${words.map(quoteWord).join(' ')}`), ''];
  const text = `${printed.join('\n')}\n`;
  const origins = [...first.map(() => from), ...lines.map((one) => one.from ?? from), undefined];
  return { label, text, origins, digest: digestOf(text), ...(derived && { derived }), ...(listens && { listens }) };
}

/** What a backend is besides its text. */
export interface BackendFacts {
  readonly name: string;
  readonly class: string;
  readonly dynamic: boolean;
  readonly servers: readonly Server[];
  readonly spare?: true;
  readonly upstream?: string;
}

/** Prints a backend with its servers at the end. */
export function printBackend(tree: SectionTree, facts: BackendFacts): BackendSection {
  const servers = facts.servers.map(
    ({ name, address, parameters }) => `  server ${name} ${address}${parameters === '' ? '' : ` ${parameters}`}`,
  );
  const section = printSection(tree);
  const text = `${[section.text.trimEnd(), ...servers, ''].join('\n')}\n`;
  const origins = [...section.origins.slice(0, -1), ...servers.map(() => tree.from), undefined];
  return { label: section.label, text, origins, digest: digestOf(text), ...facts };
}

/** Words for `Server.parameters`. */
export function printWords(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
