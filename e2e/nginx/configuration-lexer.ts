/** A word of an nginx configuration. */
export interface Word {
  /** What nginx takes it for. */
  readonly text: string;
  readonly quoted: boolean;
}

/** A directive as nginx would read it. */
export interface ParsedDirective {
  readonly name: Word;
  readonly args: readonly Word[];
  readonly block?: readonly ParsedDirective[];
  /** Lua between the braces of a `_by_lua_block`. */
  readonly code?: string;
  readonly line: number;
}

type Token =
  | { readonly kind: 'word'; readonly word: Word; readonly line: number }
  | { readonly kind: ';' }
  | { readonly kind: '{' }
  | { readonly kind: '}' }
  | { readonly kind: 'end' };

const ESCAPED: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n', '"': '"', "'": "'", '\\': '\\' };

/** Takes a configuration apart by the rules of `ngx_conf_read_token`, with nothing known of who wrote it. Throws where nginx would refuse. */
export function parseConfiguration(text: string): readonly ParsedDirective[] {
  return new Reader(text).directives('end');
}

/** All directives, those in blocks too. */
export function* everyDirective(directives: readonly ParsedDirective[]): Generator<ParsedDirective> {
  for (const directive of directives) {
    yield directive;
    yield* everyDirective(directive.block ?? []);
  }
}

class Reader {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /** Directives up to what ends them: of a block `}`, of the file its end. */
  directives(end: '}' | 'end'): readonly ParsedDirective[] {
    const found: ParsedDirective[] = [];
    for (let token = this.#next(); token.kind !== end; token = this.#next()) {
      if (token.kind !== 'word') throw this.#error(`unexpected ${token.kind}`);
      found.push(this.#directive(token.word, token.line));
    }
    return found;
  }

  #directive(name: Word, line: number): ParsedDirective {
    const args: Word[] = [];
    let token = this.#next();
    for (; token.kind === 'word'; token = this.#next()) args.push(token.word);
    if (token.kind === ';') return { name, args, line };
    if (token.kind !== '{') throw this.#error(`unexpected ${token.kind} after ${name.text}`);
    if (name.text.endsWith('_by_lua_block')) return { name, args, code: this.#lua(), line };
    return { name, args, block: this.directives('}'), line };
  }

  #next(): Token {
    this.#skip();
    const char = this.#text[this.#at];
    if (char === undefined) return { kind: 'end' };
    const line = this.#line;
    if (char === ';' || char === '{' || char === '}') {
      this.#take();
      return { kind: char };
    }
    const word = char === '"' || char === "'" ? this.#quotedWord() : this.#bareWord();
    return { kind: 'word', word, line };
  }

  /** Blanks, and comments to the end of their line. */
  #skip(): void {
    for (;;) {
      const char = this.#text[this.#at];
      if (char !== undefined && /[ \t\r\n]/.test(char)) this.#take();
      else if (char === '#') while (this.#at < this.#text.length && this.#text[this.#at] !== '\n') this.#take();
      else return;
    }
  }

  #quotedWord(): Word {
    const quote = this.#take();
    let text = '';
    for (;;) {
      if (this.#at >= this.#text.length) throw this.#error('a quote that does not end');
      const char = this.#take();
      if (char === quote) break;
      text += char === '\\' ? this.#escape() : char;
    }
    const after = this.#text[this.#at];
    if (after !== undefined && !/[ \t\r\n;{)]/.test(after)) throw this.#error(`unexpected ${after} after a quoted word`);
    return { text, quoted: true };
  }

  /** Ends at a blank, `;` or `{`; a `{` after `$` belongs to the word. */
  #bareWord(): Word {
    let text = '';
    let variable = false;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined || /[ \t\r\n;]/.test(char) || (char === '{' && !variable)) return { text, quoted: false };
      this.#take();
      variable = char === '$';
      text += char === '\\' ? this.#escape() : char;
    }
  }

  #escape(): string {
    const char = this.#take();
    return ESCAPED[char] ?? `\\${char}`;
  }

  /** Lua up to the brace that closes it. Ours has no braces in strings or comments. */
  #lua(): string {
    let depth = 1;
    const start = this.#at;
    while (depth > 0) {
      if (this.#at >= this.#text.length) throw this.#error('Lua that does not end');
      const char = this.#take();
      if (char === '{') depth += 1;
      if (char === '}') depth -= 1;
    }
    return this.#text.slice(start, this.#at - 1).trim();
  }

  #take(): string {
    const char = this.#text[this.#at++] ?? '';
    if (char === '\n') this.#line += 1;
    return char;
  }

  #error(what: string): Error {
    return new Error(`line ${this.#line}: ${what}`);
  }
}
