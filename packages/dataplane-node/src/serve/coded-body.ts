import { brotliCompressSync, constants, createBrotliCompress, createGzip, gzipSync } from 'node:zlib';
import type { BrotliCompress, BrotliOptions, Gzip } from 'node:zlib';
import type { ChosenCoding } from './answer-coding.ts';

/** Who gets what is compressed, and is told how it goes on. Called from the event loop. */
export interface CodedBodyOwner {
  /** A chunk with its framing; the buffer is the owner's. False: `resume` is waited for with the next ones. */
  onChunk(framed: Buffer): boolean;
  /** After a `write` that returned false: there is room again. */
  onRoom(): void;
  /** The last chunk has been passed. */
  onFinished(): void;
  /** It failed, or one of the others threw. Must not throw. */
  onBroken(error: unknown): void;
}

/** What waits to be compressed, at most, besides one read. */
const WAITING_BYTES = 65_536;

/** The window of brotli (512 KiB) as its module for nginx has it. */
const BROTLI_WINDOW_BITS = 19;

const LINE_END = Buffer.from('\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const MOST_SIZE_DIGITS = 10;

/**
 * Compresses one body into chunks while it arrives. Whatever there is when zlib is free is compressed at once and flushed: a
 * slow body is not held back, and a fast one is not cut into small pieces.
 */
export class CodedBody {
  readonly #owner: CodedBodyOwner;
  readonly #zlib: Gzip | BrotliCompress;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #busy = false;
  #full = false;
  #ending = false;
  #gone = false;

  constructor(coding: ChosenCoding, owner: CodedBodyOwner) {
    this.#owner = owner;
    this.#zlib = streamOf(coding);
    this.#zlib.on('data', (data: Buffer) => this.#tell(() => this.#pass(framed(data))));
    this.#zlib.on('end', () => this.#tell(() => this.#finish()));
    this.#zlib.on('error', (error) => {
      if (!this.#gone) owner.onBroken(error);
    });
  }

  /** More waits than should. */
  get full(): boolean {
    return this.#full;
  }

  /** Takes a copy. False: `onRoom` should be waited for. */
  write(bytes: Buffer, start: number, end: number): boolean {
    if (end > start) {
      this.#waiting.push(Buffer.from(bytes.subarray(start, end)));
      this.#bytes += end - start;
      if (!this.#busy) this.#next();
    }
    this.#full = this.#bytes > WAITING_BYTES;
    return !this.#full;
  }

  /** Nothing more comes. */
  end(): void {
    this.#ending = true;
    if (!this.#busy) this.#next();
  }

  /** More chunks are wanted. */
  resume(): void {
    if (!this.#gone) this.#zlib.resume();
  }

  /** Nobody wants the rest. */
  destroy(): void {
    this.#gone = true;
    this.#waiting = [];
    this.#zlib.destroy();
  }

  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      if (this.#ending) this.#zlib.end();
      return;
    }
    const all = this.#waiting.length === 1 ? first : Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#busy = true;
    this.#zlib.write(all, () => this.#tell(() => this.#compressed(all.length)));
  }

  #compressed(bytes: number): void {
    this.#busy = false;
    this.#bytes -= bytes;
    this.#next();
    if (!this.#full || this.#bytes > WAITING_BYTES) return;
    this.#full = false;
    this.#owner.onRoom();
  }

  #pass(chunk: Buffer): void {
    if (!this.#owner.onChunk(chunk)) this.#zlib.pause();
  }

  #finish(): void {
    this.#owner.onChunk(LAST_CHUNK);
    this.#owner.onFinished();
  }

  /** An exception would otherwise end the process. */
  #tell(what: () => void): void {
    if (this.#gone) return;
    try {
      what();
    } catch (error) {
      this.#owner.onBroken(error);
    }
  }
}

/** A whole body as chunks. For short ones: it is done at once. */
export function codedWhole({ name, level }: ChosenCoding, body: Buffer): Buffer {
  const data = name === 'gzip' ? gzipSync(body, { level }) : brotliCompressSync(body, brotliOptions(level));
  return Buffer.concat([framed(data), LAST_CHUNK]);
}

function streamOf({ name, level }: ChosenCoding): Gzip | BrotliCompress {
  return name === 'gzip'
    ? createGzip({ level, flush: constants.Z_SYNC_FLUSH })
    : createBrotliCompress({ ...brotliOptions(level), flush: constants.BROTLI_OPERATION_FLUSH });
}

function brotliOptions(level: number): BrotliOptions {
  return { params: { [constants.BROTLI_PARAM_QUALITY]: level, [constants.BROTLI_PARAM_LGWIN]: BROTLI_WINDOW_BITS } };
}

/** One chunk (RFC 9112 section 7.1) in one buffer, that it be one write. */
function framed(data: Buffer): Buffer {
  const chunk = Buffer.allocUnsafe(data.length + MOST_SIZE_DIGITS + 2 * LINE_END.length);
  let at = chunk.write(data.length.toString(16), 0, 'latin1');
  at += LINE_END.copy(chunk, at);
  at += data.copy(chunk, at);
  at += LINE_END.copy(chunk, at);
  return chunk.subarray(0, at);
}
