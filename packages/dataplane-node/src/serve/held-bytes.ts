const FIRST_BYTES = 4096;

/** Bytes of a peer that cannot be dealt with yet: an unfinished head, or requests that wait for their turn. */
export class HeldBytes {
  buffer: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;

  get length(): number {
    return this.end - this.start;
  }

  /** Adds a copy. */
  append(bytes: Buffer, start: number, end: number): void {
    const count = end - start;
    if (this.end + count > this.buffer.length) this.#grow(count);
    bytes.copy(this.buffer, this.end, start, end);
    this.end += count;
  }

  /** Keeps exactly these bytes: a copy, unless they are a part of what is held already. */
  keep(bytes: Buffer, start: number, end: number): void {
    if (bytes === this.buffer) {
      this.start = start;
      this.end = end;
      return;
    }
    this.clear();
    this.append(bytes, start, end);
  }

  clear(): void {
    if (this.buffer.length === 0) return;
    this.buffer = Buffer.alloc(0);
    this.start = 0;
    this.end = 0;
  }

  #grow(extraBytes: number): void {
    const { length } = this;
    const grown = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, length * 2, length + extraBytes));
    this.buffer.copy(grown, 0, this.start, this.end);
    this.buffer = grown;
    this.start = 0;
    this.end = length;
  }
}
