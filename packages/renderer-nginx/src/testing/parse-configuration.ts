/** A directive as nginx's own lexer sees it. */
export interface ParsedDirective {
  /** Name and arguments after quotes and escapes. */
  readonly words: readonly string[];
  readonly block?: readonly ParsedDirective[];
  /** Text between the braces of a block of Lua. */
  readonly code?: string;
}

/**
 * Reads a configuration as `ngx_conf_read_token` does, written from nginx's documentation and source: words end at blanks, `;` and `{`; quotes
 * keep everything; a backslash keeps the next character, and `\n`, `\r`, `\t`, `\"`, `\'`, `\\` are replaced. Throws a SyntaxError for what
 * nginx would refuse.
 */
export function parseConfiguration(text: string): readonly ParsedDirective[] {
  return new Parser(text).block(true);
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  block(outermost: boolean): readonly ParsedDirective[] {
    const directives: ParsedDirective[] = [];
    for (;;) {
      this.#skipBlanks();
      if (this.#at >= this.#text.length) {
        if (outermost) return directives;
        throw new SyntaxError('unexpected end of file, expecting "}"');
      }
      if (this.#text[this.#at] === '}') {
        if (outermost) throw new SyntaxError('unexpected "}"');
        this.#at++;
        return directives;
      }
      directives.push(this.#directive());
    }
  }

  #directive(): ParsedDirective {
    const words: string[] = [];
    for (;;) {
      this.#skipBlanks();
      const char = this.#text[this.#at];
      if (char === undefined) throw new SyntaxError('unexpected end of file, expecting ";" or "}"');
      if (char === ';' || char === '{') return this.#ended(words, char);
      words.push(char === '"' || char === "'" ? this.#quoted(char) : this.#bare());
    }
  }

  #ended(words: readonly string[], char: ';' | '{'): ParsedDirective {
    if (words.length === 0) throw new SyntaxError(`unexpected "${char}"`);
    this.#at++;
    if (char === ';') return { words };
    return words[0]?.endsWith('_by_lua_block') === true ? { words, code: this.#code() } : { words, block: this.block(false) };
  }

  #skipBlanks(): void {
    for (;;) {
      while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++;
      if (this.#text[this.#at] !== '#') return;
      while (this.#at < this.#text.length && this.#text[this.#at] !== '\n') this.#at++;
    }
  }

  #quoted(quote: string): string {
    this.#at++;
    const start = this.#at;
    while (this.#text[this.#at] !== quote) {
      if (this.#at >= this.#text.length) throw new SyntaxError('unexpected end of file in quotes');
      this.#at += this.#text[this.#at] === '\\' ? 2 : 1;
    }
    const word = unescaped(this.#text.slice(start, this.#at));
    this.#at++;
    if (!/[\s;{)]/.test(this.#text[this.#at] ?? ' ')) throw new SyntaxError(`unexpected "${this.#text[this.#at]}"`);
    return word;
  }

  #bare(): string {
    const start = this.#at;
    if (this.#text[this.#at] === ')') this.#at++;
    while (this.#at < this.#text.length && !this.#ends()) this.#at += this.#text[this.#at] === '\\' ? 2 : 1;
    return unescaped(this.#text.slice(start, this.#at));
  }

  #ends(): boolean {
    const char = this.#text[this.#at] ?? '';
    return /[\s;]/.test(char) || (char === '{' && this.#text[this.#at - 1] !== '$');
  }

  /** Lua up to the brace that closes the block; ours has no braces in strings. */
  #code(): string {
    const start = this.#at;
    for (let depth = 1; ; this.#at++) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new SyntaxError('unexpected end of file in a block of Lua');
      if (char === '{') depth++;
      if (char === '}' && --depth === 0) break;
    }
    return this.#text.slice(start, this.#at++).trim();
  }
}

function unescaped(word: string): string {
  return word.replace(/\\(["'\\trn])/g, (_, char: string) => ({ t: '\t', r: '\r', n: '\n' })[char] ?? char);
}
