/** Below this length a loop in JavaScript is faster than the call into the native copy. */
const LOOP_COPY_BYTES = 96;
/** The same of a string, whose characters are found more slowly. */
const LOOP_TEXT_LENGTH = 12;

/** A growing buffer that a message is put together in; reused from message to message. */
export class ByteWriter {
  buffer: Buffer;
  length = 0;

  constructor(capacityBytes: number) {
    this.buffer = Buffer.allocUnsafeSlow(capacityBytes);
  }

  clear(): void {
    this.length = 0;
  }

  /**
   * Makes room for this many more bytes. The old memory is left alone, not reused: a write that has not completed may
   * still refer to it.
   */
  reserve(extraBytes: number): void {
    const needed = this.length + extraBytes;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }

  /** Appends a part of another buffer; room must have been reserved. */
  slice(source: Buffer, start: number, end: number): void {
    const count = end - start;
    if (count > LOOP_COPY_BYTES) {
      source.copy(this.buffer, this.length, start, end);
    } else {
      let at = this.length;
      for (let from = start; from < end; from++) this.buffer[at++] = source[from] ?? 0;
    }
    this.length += count;
  }

  /** Appends a whole buffer; room must have been reserved. */
  all(source: Buffer): void {
    this.slice(source, 0, source.length);
  }

  /** Appends a binary string (one char per byte); room must have been reserved. */
  text(text: string): void {
    if (text.length > LOOP_TEXT_LENGTH) {
      this.length += this.buffer.write(text, this.length, 'latin1');
    } else {
      let at = this.length;
      for (let from = 0; from < text.length; from++) this.buffer[at++] = text.charCodeAt(from);
      this.length = at;
    }
  }

  /** The bytes from `start`, not copied. */
  view(start = 0): Buffer {
    return this.buffer.subarray(start, this.length);
  }
}
