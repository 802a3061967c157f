import { compilePattern } from '@sluice/core';
import type { Compression } from '@sluice/core';
import { HeaderEdits } from './header-edits.ts';
import type { RequestHead } from './request-head.ts';

/** How the body of one answer is compressed: the name of a content coding, and how hard to try. */
export interface ChosenCoding {
  readonly name: 'gzip' | 'br';
  readonly level: number;
}

/** About an answer that clients get compressed when they ask for it. */
export interface CodingChoice {
  /** Undefined: this one did not ask; only caches are told. */
  readonly coding: ChosenCoding | undefined;
}

type Encoding = NonNullable<Compression['brotli']>;

interface Way extends ChosenCoding {
  readonly minBytes: number;
  readonly types: ReadonlySet<string>;
  /** Whether a request with this head gets it. */
  readonly accepted: (bytes: Buffer, head: RequestHead) => boolean;
}

/** As nginx has it: other answers are left alone. */
const CODED_STATUSES: ReadonlySet<number> = new Set([200, 403, 404]);

const waysOf = new WeakMap<Compression, readonly Way[]>();

/** Used within one call. */
const edits = new HeaderEdits();

/** What the client of one request takes of what is on; decides about its answer. */
export class AnswerCoding {
  readonly #ways: readonly Way[];
  readonly #takes: readonly boolean[];

  constructor(compression: Compression, bytes: Buffer, head: RequestHead) {
    this.#ways = ways(compression);
    this.#takes = this.#ways.map((way) => head.line.minor === 1 && way.accepted(bytes, head));
  }

  /** What is done with an answer that has this head; undefined for nothing. `head`: as the client would get it without that. */
  choose(head: string, status: number): CodingChoice | undefined {
    if (!CODED_STATUSES.has(status) || (valueOf(head, 'encoding') ?? '') !== '') return undefined;
    const type = mediaType(head);
    const length = valueOf(head, 'length');
    const bytes = length === undefined ? Infinity : Number(length);
    const suits = (way: Way): boolean => bytes >= way.minBytes && way.types.has(type);
    const coding = this.#ways.find((way, index) => this.#takes[index] === true && suits(way));
    return coding !== undefined || this.#ways.some(suits) ? { coding } : undefined;
  }
}

/** Undefined where nothing is compressed. */
export function answerCoding(compression: Compression, bytes: Buffer, head: RequestHead): AnswerCoding | undefined {
  const { gzip, brotli } = compression;
  return gzip === undefined && brotli === undefined ? undefined : new AnswerCoding(compression, bytes, head);
}

/** The changes of the head that a choice makes; to be used before the next call. The body is chunked then. */
export function codingEdits({ coding }: CodingChoice, head: string): HeaderEdits {
  edits.clear();
  edits.add('Vary', 'Accept-Encoding');
  if (coding === undefined) return edits;
  for (const name of ['Content-Length', 'Accept-Ranges', 'Trailer', 'Content-Encoding']) edits.remove(name);
  const tag = valueOf(head, 'tag');
  if (tag?.startsWith('"') === true) edits.set('ETag', `W/${tag}`);
  else if (tag?.startsWith('W/') === false) edits.remove('ETag');
  edits.add('Content-Encoding', coding.name);
  edits.set('Transfer-Encoding', 'chunked');
  return edits;
}

function ways(compression: Compression): readonly Way[] {
  let found = waysOf.get(compression);
  if (found === undefined) {
    const { gzip, brotli } = compression;
    found = [...(brotli === undefined ? [] : [brotliWay(brotli)]), ...(gzip === undefined ? [] : [gzipWay(gzip)])];
    waysOf.set(compression, found);
  }
  return found;
}

function brotliWay(encoding: Encoding): Way {
  return { ...wayOf('br', encoding), accepted: (bytes, head) => takesBrotli(head.fields.valueOf(bytes, 'accept-encoding')) };
}

function gzipWay(encoding: NonNullable<Compression['gzip']>): Way {
  const compiled = compilePattern(encoding.disabled, { ignoreCase: true, anchoredStart: false });
  const disabled = encoding.disabled !== '' && compiled.ok ? compiled.pattern : undefined;
  return {
    ...wayOf('gzip', encoding),
    accepted: (bytes, head) => {
      if (!takesGzip(head.fields.valueOf(bytes, 'accept-encoding'))) return false;
      const agent = disabled === undefined ? undefined : head.fields.valueOf(bytes, 'user-agent');
      return agent === undefined || disabled?.match(agent) === undefined;
    },
  };
}

function wayOf(name: Way['name'], { level, minBytes, types }: Encoding): Omit<Way, 'accepted'> {
  return { name, level, minBytes, types: new Set(['text/html', ...types]) };
}

const GZIP = /(?:^|[, ])gzip([^,]*)/i;
const BROTLI = /(?:^|[, ])br(?![^,; ])([^,]*)/i;
/** A weight that is more than nothing, or none: for gzip, nothing else may follow its name. */
const WANTED = /^ *(?:$|; *q=(?:1(?:\.0{0,3})?|0\.(?=0{0,2}[1-9])\d{1,3})(?: |$))/i;

/** A weight of nothing. The module for brotli takes whatever else follows its name. */
const UNWANTED = /^ *; *q *= *0(?:\.0{0,3})?(?: |$)/i;

/** Whether `Accept-Encoding` names gzip and does not say that it must not be. `*` names none (nginx). */
function takesGzip(accepted = ''): boolean {
  const parameters = GZIP.exec(accepted)?.[1];
  return parameters !== undefined && WANTED.test(parameters);
}

/** The same for brotli. */
function takesBrotli(accepted = ''): boolean {
  const parameters = BROTLI.exec(accepted)?.[1];
  return parameters !== undefined && !UNWANTED.test(parameters);
}

/** The type of a head as nginx compares it: only a charset may come behind it. Empty for none. */
function mediaType(head: string): string {
  const value = valueOf(head, 'type') ?? '';
  const charset = /; *charset=/i.exec(value);
  return (charset === null ? value : value.slice(0, charset.index)).toLowerCase();
}

const LINES = {
  encoding: /\r\ncontent-encoding:[ \t]*([^\r\n]*)/i,
  type: /\r\ncontent-type:[ \t]*([^\r\n]*)/i,
  length: /\r\ncontent-length:[ \t]*([^\r\n]*)/i,
  tag: /\r\netag:[ \t]*([^\r\n]*)/i,
} as const;

/** Value of the first of these lines. */
function valueOf(head: string, line: keyof typeof LINES): string | undefined {
  return LINES[line].exec(head)?.[1]?.trimEnd();
}
