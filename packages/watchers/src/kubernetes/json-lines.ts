import { StringDecoder } from 'node:string_decoder';

/** The value of a text. Throws without a word of the text, which may be of a Secret. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`the API server has sent ${text.length} characters that are no JSON`);
  }
}

/** Cuts a stream of bytes into lines of JSON; a line may come in any number of chunks. */
export class JsonLines {
  readonly #decoder = new StringDecoder('utf8');
  #parts: string[] = [];

  /** The values of the lines that the chunk ends. Throws for a line that is no JSON. */
  push(chunk: Buffer): readonly unknown[] {
    const lines = this.#decoder.write(chunk).split('\n');
    const last = lines.pop() ?? '';
    const [first, ...others] = lines;
    const values: unknown[] = [];
    if (first !== undefined) {
      const whole = this.#parts.join('') + first;
      this.#parts = [];
      for (const line of [whole, ...others]) if (line !== '') values.push(parseJson(line));
    }
    if (last !== '') this.#parts.push(last);
    return values;
  }
}
