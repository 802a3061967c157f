import { distinctCulprits, firstRefused, formatObject, runTest } from '@sluice/core';
import type { Culprit, FirstRefused, Origin, Validation } from '@sluice/core';
import { nginxArguments } from '../apply/nginx-folder.ts';
import type { NginxFolder } from '../apply/nginx-folder.ts';
import { configurationText } from '../apply/generation-store.ts';
import type { Chunk, GeneratedFile } from '../render/nginx-table.ts';
import { blameFor, blameForChunk } from './blame.ts';
import type { Blame } from './blame.ts';
import { blockOrigins, isOptional, leftOver, originsOf, unitsOf, withBlocksOf } from './leave-out.ts';
import { readNginxMessage, withoutPaths } from './nginx-message.ts';
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

const TEST = [...nginxArguments, '-e', 'stderr', '-t'];

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
  readonly culprits: readonly Culprit[];
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
      const found: Found | undefined = await this.#culpritsOf(answer, chunks);
      if (found !== undefined) culprits.push(...found.culprits);
      chunks = found?.rest;
    }
    if (first === undefined) return { kind: 'accepted' };
    return { kind: 'refused', culprits: distinctCulprits(culprits), message: first };
  }

  /** Whose fault it is, and what is left to look at: nothing when what is at fault cannot be left out. */
  async #culpritsOf(answer: NonNullable<Answer>, chunks: readonly Chunk[]): Promise<Found | undefined> {
    const { message, blame } = isCertain(answer) ? answer : ((await this.#bisect(chunks)) ?? answer);
    const chunk = blame?.chunk;
    const origins = guiltyOrigins(blame, chunks);
    const [from] = origins;
    if (from === undefined) return undefined;
    return { culprits: origins.map((one) => ({ from: one, message })), rest: chunk && leftOver(chunks, chunk, from) };
  }

  async #ask(chunks: readonly Chunk[]): Promise<Answer> {
    await this.#scratch.configure(configurationText({ chunks }));
    const timeoutMs = Math.max(1, Math.min(this.#parts.timeoutMs, (this.#endMs - performance.now()) / 2));
    const { binary } = this.#parts;
    // Half of what is left, so that a configuration on which nginx hangs leaves time to look for what it hangs on.
    const result = await runTest({ binary, parameters: TEST, folder: this.#scratch.path, timeoutMs, signal: this.#signal });
    if (result.kind === 'passed') return undefined;
    if (result.kind === 'timedOut')
      return { message: `nginx did not read the configuration within ${this.#parts.timeoutMs} ms`, blame: undefined };
    const message = readNginxMessage(result.output);
    if (message === undefined) return { message: withoutPaths(result.output.trim()) || 'nginx ended without a word', blame: undefined };
    const blame = blameFor(message, chunks, this.#tested.files);
    return { message: message.text, blame };
  }

  /**
   * Finds the chunk with which a configuration begins to be refused, and the object in it, in as many looks as their numbers have
   * binary digits. Names nobody when nginx refuses what cannot be left out.
   */
  async #bisect(chunks: readonly Chunk[]): Promise<Answer> {
    const units = unitsOf(chunks);
    const optional = units.filter(isOptional);
    const upTo = (count: number): readonly Chunk[] => {
      const kept = new Set(optional.slice(0, count));
      return units.filter((unit) => !isOptional(unit) || kept.has(unit)).flat();
    };
    const base = await this.#ask(upTo(0));
    const chunk = base === undefined ? undefined : upTo(0).find((one) => blockOrigins(one).length > 0);
    if (base !== undefined) return chunk && this.#inside(chunk, upTo(0), base);
    const first = await this.#first(optional.length, upTo);
    if (first === undefined || isCertain(first.answer)) return first?.answer;
    const [guilty] = optional[first.count - 1] ?? [];
    if (guilty === undefined || isFrame(guilty)) return { ...first.answer, blame: { from: undefined, chunk: guilty } };
    return this.#inside(guilty, upTo(first.count), first.answer);
  }

  /** The object in a chunk with whose blocks it begins to be refused; for what is no block, that of the whole. */
  async #inside(chunk: Chunk, chunks: readonly Chunk[], answer: NonNullable<Answer>): Promise<Answer> {
    const origins = blockOrigins(chunk);
    const upTo = (count: number): readonly Chunk[] => {
      const kept = new Set(origins.slice(0, count).map(({ object }) => formatObject(object)));
      return chunks.map((one) => (one === chunk ? withBlocksOf(chunk, (object) => kept.has(formatObject(object))) : one));
    };
    const whole = chunk.optional ? { ...answer, blame: blameForChunk(chunk) } : undefined;
    if ((chunk.optional && origins.length < 2) || (await this.#ask(upTo(0))) !== undefined) return whole;
    const first = await this.#first(origins.length, upTo);
    return first && { ...first.answer, blame: { chunk, from: origins[first.count - 1] } };
  }

  /** The smallest number of parts with which a configuration is refused, which it is not without any; one with which nginx says itself what is wrong will do. */
  #first(parts: number, upTo: (count: number) => readonly Chunk[]): Promise<FirstRefused<NonNullable<Answer>> | undefined> {
    return firstRefused({ parts, ask: (count) => this.#ask(upTo(count)), isCertain, timeLeft: () => this.#timeLeft() });
  }

  #timeLeft(): boolean {
    return performance.now() < this.#endMs;
  }
}

/** Hosts that share a server are alike: what nginx refuses of one it refuses of all. */
function guiltyOrigins(blame: Blame | undefined, chunks: readonly Chunk[]): readonly Origin[] {
  const { chunk, from } = blame ?? {};
  if (isFrame(chunk)) return originsOf(chunks.filter(({ group }) => group === chunk.group));
  return from === undefined ? [] : [from];
}

/** Whether nginx named what is at fault well enough. */
function isCertain({ blame }: NonNullable<Answer>): boolean {
  return blame?.from !== undefined || isFrame(blame?.chunk);
}

/** Whether a chunk is of all hosts of a server that they share. */
function isFrame(chunk: Chunk | undefined): chunk is Chunk {
  return chunk?.group !== undefined && !chunk.optional;
}
