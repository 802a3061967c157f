/** A pattern that is refused; the message is for an operator. Never leaves `compilePattern`. */
export class PatternError extends Error {}

/** The text of a pattern and how far it has been read. An end of text reads as ''. */
export class Reader {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.position >= this.text.length;
  }

  peek(ahead = 0): string {
    return this.text.charAt(this.position + ahead);
  }

  take(): string {
    const char = this.text.charAt(this.position);
    this.position += 1;
    return char;
  }

  /** Reads a text if it comes next. */
  eat(expected: string): boolean {
    if (!this.text.startsWith(expected, this.position)) return false;
    this.position += expected.length;
    return true;
  }

  /** Reads what a sticky expression (flag y) matches here. */
  eatMatch(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.position;
    const match = expression.exec(this.text);
    if (match === null) return undefined;
    this.position += match[0].length;
    return match;
  }

  /** Refuses the pattern. Positions count characters from 1 and are those of the pattern as written, not of its UTF-8 bytes. */
  fail(reason: string, at = this.position): never {
    const characters = this.text.slice(0, at).replaceAll(/[\x80-\xbf]/g, '').length;
    throw new PatternError(`${reason} at character ${characters + 1}`);
  }
}
