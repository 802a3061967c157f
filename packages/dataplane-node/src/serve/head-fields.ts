import type { ByteWriter } from './byte-writer.ts';

/** More header lines than this are refused: no honest client sends them, and the arrays below have to end somewhere. */
const MAX_FIELDS = 1000;

/**
 * The header lines of one head as offsets into the buffer that was scanned, so that nothing is copied to look at them.
 * One object is reused for all heads: it is valid until the next scan.
 */
export class HeadFields {
  count = 0;
  /** `nameStart[count]` is where the blank line begins, so that line `i` always ends at `nameStart[i + 1]`. */
  readonly nameStart = new Int32Array(MAX_FIELDS + 1);
  readonly nameEnd = new Int32Array(MAX_FIELDS);
  readonly valueStart = new Int32Array(MAX_FIELDS);
  readonly valueEnd = new Int32Array(MAX_FIELDS);
  /** Entry of `header` (header-table.ts) by line. */
  readonly id = new Uint8Array(MAX_FIELDS);
  readonly #dropped = new Uint8Array(MAX_FIELDS);

  clear(): void {
    this.count = 0;
  }

  /** Whether another line still fits. */
  get full(): boolean {
    return this.count >= MAX_FIELDS;
  }

  /** Adds a line; `end` is the index after its name, `value` where its value begins and ends without blanks. */
  add(start: number, end: number, valueStart: number, valueEnd: number): void {
    const index = this.count++;
    this.nameStart[index] = start;
    this.nameEnd[index] = end;
    this.valueStart[index] = valueStart;
    this.valueEnd[index] = valueEnd;
    this.#dropped[index] = 0;
  }

  /** Leaves a line out of `copyKept`. */
  drop(index: number): void {
    this.#dropped[index] = 1;
  }

  /** Leaves lines with these names (in lower case) out. */
  dropNamed(bytes: Buffer, names: readonly string[]): void {
    for (let index = 0; index < this.count; index++)
      if (names.includes(bytes.toString('latin1', this.nameStart[index], this.nameEnd[index]).toLowerCase())) this.drop(index);
  }

  dropped(index: number): boolean {
    return this.#dropped[index] === 1;
  }

  /** Bytes of the longest line. */
  longest(): number {
    let most = 0;
    for (let index = 0; index < this.count; index++) most = Math.max(most, (this.nameStart[index + 1] ?? 0) - (this.nameStart[index] ?? 0));
    return most;
  }

  /** Index of the first line with this id, or -1. */
  find(id: number): number {
    for (let index = 0; index < this.count; index++) if (this.id[index] === id) return index;
    return -1;
  }

  /**
   * The value of the first line with this name (in lower case), dropped ones included, as a binary string; undefined for none. Several lines of
   * cookies are one (RFC 9113 section 8.2.3).
   */
  valueOf(bytes: Buffer, name: string): string | undefined {
    let value: string | undefined;
    for (let index = 0; index < this.count; index++) {
      const start = this.nameStart[index] ?? 0;
      const end = this.nameEnd[index] ?? 0;
      if (end - start !== name.length || bytes.toString('latin1', start, end).toLowerCase() !== name) continue;
      if (name !== 'cookie') return this.text(bytes, index);
      value = value === undefined ? this.text(bytes, index) : `${value}; ${this.text(bytes, index)}`;
    }
    return value;
  }

  /** All values of a name (in lower case) as one; undefined for none. */
  joinedValues(bytes: Buffer, name: string): string | undefined {
    const values: string[] = [];
    for (let index = 0; index < this.count; index++)
      if (bytes.toString('latin1', this.nameStart[index], this.nameEnd[index]).toLowerCase() === name) values.push(this.text(bytes, index));
    return values.length === 0 ? undefined : values.filter((value) => value !== '').join(', ');
  }

  /** A value as a binary string (one char per byte); empty when `index` is -1. */
  text(bytes: Buffer, index: number): string {
    return index < 0 ? '' : bytes.toString('latin1', this.valueStart[index], this.valueEnd[index]);
  }

  /** Writes all lines that were not dropped, in order and as received, neighbours in one copy. */
  copyKept(bytes: Buffer, out: ByteWriter): void {
    let from = this.nameStart[0] ?? 0;
    for (let index = 0; index < this.count; index++) {
      if (this.#dropped[index] === 0) continue;
      out.slice(bytes, from, this.nameStart[index] ?? 0);
      from = this.nameStart[index + 1] ?? 0;
    }
    out.slice(bytes, from, this.nameStart[this.count] ?? 0);
  }
}
