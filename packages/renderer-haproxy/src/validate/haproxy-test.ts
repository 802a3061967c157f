import { distinctCulprits, firstRefused, runTest } from '@sluice/core';
import type { Culprit, Validation } from '@sluice/core';
import { testArguments } from '../apply/haproxy-folder.ts';
import type { HaproxyFolder } from '../apply/haproxy-folder.ts';
import type { BackendSection, CertificateLine, HaproxyTable } from '../render/haproxy-table.ts';
import { blameFor, blameForBackend } from './blame.ts';
import { readHaproxyMessages, withoutPaths } from './haproxy-message.ts';
import { makeScratch } from './scratch.ts';
import type { Scratch } from './scratch.ts';

export interface HaproxyTestParts {
  readonly binary: string;
  readonly folder: HaproxyFolder;
  /** For one look at a configuration; finding culprits takes twice as long in all at most. */
  readonly timeoutMs: number;
}

/** Asks HAProxy about a configuration; when it refuses, finds out whose objects are to blame. Rejects with the reason of `signal`. */
export async function testConfiguration(parts: HaproxyTestParts, table: HaproxyTable, signal: AbortSignal): Promise<Validation> {
  const scratch = await makeScratch(parts.folder, table);
  try {
    return await new Search(parts, table, scratch, signal).run();
  } finally {
    await scratch.remove();
  }
}

/** What HAProxy thinks of a part of a table: nothing, or what is wrong with it. */
interface Answer {
  readonly message: string;
  readonly culprits: readonly Culprit[];
}

/** What can be left out of a table. */
type Part = { readonly backend: BackendSection } | { readonly line: CertificateLine };

class Search {
  readonly #parts: HaproxyTestParts;
  readonly #table: HaproxyTable;
  readonly #scratch: Scratch;
  readonly #signal: AbortSignal;
  readonly #endMs: number;

  constructor(parts: HaproxyTestParts, table: HaproxyTable, scratch: Scratch, signal: AbortSignal) {
    this.#parts = parts;
    this.#table = table;
    this.#scratch = scratch;
    this.#signal = signal;
    this.#endMs = performance.now() + 2 * parts.timeoutMs;
  }

  /** HAProxy reads on after most errors, so that one look names many objects; where it names none, parts are left out. */
  async run(): Promise<Validation> {
    const answer = await this.#ask(this.#table);
    if (answer === undefined) return { kind: 'accepted' };
    const { message, culprits } = answer.culprits.length > 0 ? answer : ((await this.#bisect()) ?? answer);
    return { kind: 'refused', culprits: distinctCulprits(culprits), message };
  }

  async #ask(table: HaproxyTable): Promise<Answer | undefined> {
    await this.#scratch.configure(table);
    // Half of what is left, so that a configuration on which HAProxy hangs leaves time to look for what it hangs on.
    const timeoutMs = Math.max(1, Math.min(this.#parts.timeoutMs, (this.#endMs - performance.now()) / 2));
    const { binary } = this.#parts;
    const result = await runTest({ binary, parameters: testArguments, folder: this.#scratch.path, timeoutMs, signal: this.#signal });
    if (result.kind === 'passed') return undefined;
    if (result.kind === 'timedOut')
      return { message: `HAProxy did not read the configuration within ${this.#parts.timeoutMs} ms`, culprits: [] };
    const messages = readHaproxyMessages(result.output);
    const culprits = messages.flatMap((message) => blameFor(message, table).map((from) => ({ from, message: message.text })));
    const message = culprits[0]?.message ?? messages[0]?.text ?? withoutPaths(result.output.trim().split('\n').at(-1) ?? '');
    return { message: message || 'HAProxy ended without a word', culprits };
  }

  /** The object of the part with which the table begins to be refused. Names nobody when HAProxy refuses what cannot be left out. */
  async #bisect(): Promise<Answer | undefined> {
    const { backends, certificateLines } = this.#table;
    // The first line serves names without a certificate, and is of nobody more often than not.
    const parts: readonly Part[] = [...certificateLines.slice(1).map((line) => ({ line })), ...backends.map((backend) => ({ backend }))];
    const ask = (count: number): Promise<Answer | undefined> => this.#ask(this.#withParts(new Set(parts.slice(0, count))));
    if ((await ask(0)) !== undefined) return undefined;
    const first = await firstRefused({
      parts: parts.length,
      ask,
      isCertain: ({ culprits }) => culprits.length > 0,
      timeLeft: () => performance.now() < this.#endMs,
    });
    const guilty = first && parts[first.count - 1];
    if (first === undefined || guilty === undefined || first.answer.culprits.length > 0) return first?.answer;
    const guilt = 'backend' in guilty ? blameForBackend(guilty.backend, this.#table) : this.#originsOf(guilty.line);
    return { ...first.answer, culprits: guilt.map((from) => ({ from, message: first.answer.message })) };
  }

  #withParts(kept: ReadonlySet<Part>): HaproxyTable {
    const has = new Set([...kept].map((part) => ('backend' in part ? part.backend : part.line)));
    const { backends, certificateLines } = this.#table;
    return {
      ...this.#table,
      backends: backends.filter((backend) => has.has(backend)),
      certificateLines: certificateLines.filter((line, index) => index === 0 || has.has(line)),
    };
  }

  #originsOf({ from, certificate }: CertificateLine): readonly Culprit['from'][] {
    const blamed = from ?? this.#table.certificates.find(({ name }) => name === certificate)?.from;
    return blamed === undefined ? [] : [blamed];
  }
}
