import type { Culprit, Validation } from '@sluice/core';
import type { NginxFolder } from '../apply/nginx-folder.ts';
import { configurationText } from '../apply/generation-store.ts';
import type { Chunk, GeneratedFile } from '../render/nginx-table.ts';
import { blameFor, blameForChunk, comesFrom, distinct } from './blame.ts';
import type { Blame } from './blame.ts';
import { readNginxMessage, withoutPaths } from './nginx-message.ts';
import { runNginxTest } from './run-nginx-test.ts';
import { makeScratch } from './scratch.ts';
import type { Scratch } from './scratch.ts';

export interface NginxTestParts {
  readonly binary: string;
  readonly folder: NginxFolder;
  /** For one look at a configuration; finding culprits takes twice as long in all at most. */
  readonly timeoutMs: number;
}

/** What is tested: the chunks of nginx.conf, and every file beside it. */
export interface Tested {
  readonly chunks: readonly Chunk[];
  readonly files: readonly GeneratedFile[];
}

/** How often nginx looks at what is left in one validation, bisecting aside. */
const MAX_TESTS = 40;

/** Asks nginx about a configuration; when it refuses, finds out whose objects are to blame. Rejects with the reason of `signal`. */
export async function testConfiguration(parts: NginxTestParts, tested: Tested, signal: AbortSignal): Promise<Validation> {
  const scratch = await makeScratch(parts.folder, tested.files);
  try {
    return await new Search(parts, tested, scratch, signal).run();
  } finally {
    await scratch.remove();
  }
}

/** What nginx thinks of some chunks: nothing, or what is wrong with them. */
type Answer = { readonly message: string; readonly blame: Blame | undefined } | undefined;

interface Found {
  readonly culprit: Culprit;
  readonly rest: readonly Chunk[] | undefined;
}

class Search {
  readonly #parts: NginxTestParts;
  readonly #tested: Tested;
  readonly #scratch: Scratch;
  readonly #signal: AbortSignal;
  readonly #endMs: number;

  constructor(parts: NginxTestParts, tested: Tested, scratch: Scratch, signal: AbortSignal) {
    this.#parts = parts;
    this.#tested = tested;
    this.#scratch = scratch;
    this.#signal = signal;
    this.#endMs = performance.now() + 2 * parts.timeoutMs;
  }

  /**
   * Leaves out what is known to be at fault and looks again. nginx stops at the first error, so what stands before it is fine
   * by itself and need not be read again: all looks together read the configuration about twice.
   */
  async run(): Promise<Validation> {
    let chunks: readonly Chunk[] | undefined = this.#tested.chunks;
    const culprits: Culprit[] = [];
    let first: string | undefined;
    for (let tests = 0; chunks !== undefined && tests < MAX_TESTS && this.#timeLeft(); tests++) {
      const answer: Answer = await this.#ask(chunks);
      if (answer === undefined) break;
      first ??= answer.message;
      const found: Found | undefined = await this.#culpritOf(answer, chunks);
      if (found !== undefined) culprits.push(found.culprit);
      chunks = found?.rest;
    }
    if (first === undefined) return { kind: 'accepted' };
    return { kind: 'refused', culprits: distinct(culprits), message: first };
  }

  /** Whose fault it is, and what is left to look at: nothing when what is at fault cannot be left out. */
  async #culpritOf(answer: NonNullable<Answer>, chunks: readonly Chunk[]): Promise<Found | undefined> {
    const { message, blame } = answer.blame?.from === undefined ? ((await this.#bisect(chunks)) ?? answer) : answer;
    if (blame?.from === undefined) return undefined;
    const culprit = { from: blame.from, message };
    return { culprit, rest: blame.chunk?.optional ? without(chunks, blame.chunk, blame.from) : undefined };
  }

  async #ask(chunks: readonly Chunk[]): Promise<Answer> {
    await this.#scratch.configure(configurationText({ chunks }));
    const timeoutMs = Math.max(1, Math.min(this.#parts.timeoutMs, (this.#endMs - performance.now()) / 2));
    const { binary } = this.#parts;
    // Half of what is left, so that a configuration on which nginx hangs leaves time to look for what it hangs on.
    const result = await runNginxTest({ binary, folder: this.#scratch.path, timeoutMs, signal: this.#signal });
    if (result.kind === 'passed') return undefined;
    if (result.kind === 'timedOut')
      return { message: `nginx did not read the configuration within ${this.#parts.timeoutMs} ms`, blame: undefined };
    const message = readNginxMessage(result.output);
    if (message === undefined) return { message: withoutPaths(result.output.trim()) || 'nginx ended without a word', blame: undefined };
    const blame = blameFor(message, chunks, this.#tested.files);
    return { message: message.text, blame };
  }

  /**
   * Finds the chunk with which a configuration begins to be refused, in as many looks as the number of chunks has binary
   * digits. Names nobody when nginx refuses what cannot be left out.
   */
  async #bisect(chunks: readonly Chunk[]): Promise<Answer> {
    const optional = chunks.filter(({ optional: may }) => may);
    const askUpTo = (count: number): Promise<Answer> => {
      const kept = new Set(optional.slice(0, count));
      return this.#ask(chunks.filter((chunk) => !chunk.optional || kept.has(chunk)));
    };
    if (optional.length === 0 || (await askUpTo(0)) !== undefined) return undefined;
    let [good, bad] = [0, optional.length];
    while (bad - good > 1 && this.#timeLeft()) {
      const middle = Math.floor((good + bad) / 2);
      const found = await askUpTo(middle);
      if (found?.blame?.from !== undefined) return found;
      if (found === undefined) good = middle;
      else bad = middle;
    }
    return bad - good > 1 ? undefined : this.#sure(optional[good], await askUpTo(bad));
  }

  #sure(guilty: Chunk | undefined, answer: Answer): Answer {
    return guilty === undefined || answer === undefined ? undefined : { message: answer.message, blame: blameForChunk(guilty) };
  }

  #timeLeft(): boolean {
    return performance.now() < this.#endMs;
  }
}

/** The chunks that have to be looked at again: none of the object, and of those before the fault only what cannot be left out. */
function without(chunks: readonly Chunk[], guilty: Chunk, { object }: NonNullable<Blame['from']>): readonly Chunk[] {
  const at = chunks.indexOf(guilty);
  return chunks.filter((chunk, index) => !chunk.optional || (index > at && !comesFrom(chunk, object)));
}
