import { PatternError } from './pattern-node.ts';

/** The text of a pattern and how far it has been read. */
export class PatternSource {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.at >= this.#text.length;
  }

  /** The next character, not taken; empty at the end. */
  get next(): string {
    return this.#text.charAt(this.at);
  }

  take(): string {
    return this.#text.charAt(this.at++);
  }

  /** Takes `text` if it comes next. */
  takeIf(text: string): boolean {
    if (!this.#text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Takes what a sticky regular expression finds here. */
  takeMatch(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.at = pattern.lastIndex;
    return match ?? undefined;
  }

  fail(what: string): never {
    throw new PatternError(`${what} at character ${Math.min(this.at, this.#text.length)}`);
  }
}
