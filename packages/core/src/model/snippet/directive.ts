/** One directive of nginx configuration syntax: a word, its arguments, and the directives of its block where it has one. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block: readonly Directive[] | undefined;
}

export type ParsedSnippet =
  | { readonly ok: true; readonly directives: readonly Directive[] }
  /** `reason` completes "it cannot be read: ...". */
  | { readonly ok: false; readonly reason: string };

const MAX_LENGTH = 65_536;
const MAX_DIRECTIVES = 1000;
const MAX_DEPTH = 8;

/** Takes a snippet apart by the rules of nginx (`ngx_conf_read_token`): quotes, escapes, comments, nested blocks. */
export function parseSnippet(text: string): ParsedSnippet {
  if (text.length > MAX_LENGTH) return { ok: false, reason: `it is longer than ${MAX_LENGTH} characters` };
  try {
    return { ok: true, directives: new SnippetReader(text).block(0) };
  } catch (error) {
    if (error instanceof SnippetFault) return { ok: false, reason: error.message };
    throw error;
  }
}

class SnippetFault extends Error {}

class SnippetReader {
  readonly #text: string;
  #at = 0;
  #count = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The directives up to the end of the block; depth 0 is the whole text. */
  block(depth: number): readonly Directive[] {
    if (depth > MAX_DEPTH) throw new SnippetFault('blocks are nested too deeply');
    const directives: Directive[] = [];
    for (;;) {
      this.#skip();
      const char = this.#text[this.#at];
      if (char === undefined && depth === 0) return directives;
      if (char === undefined) throw new SnippetFault('a } is missing');
      if (char === '}' && depth === 0) throw new SnippetFault('there is a } without {');
      if (char === '}') {
        this.#at++;
        return directives;
      }
      directives.push(this.#directive(depth));
    }
  }

  #directive(depth: number): Directive {
    if (++this.#count > MAX_DIRECTIVES) throw new SnippetFault(`there are more than ${MAX_DIRECTIVES} directives`);
    const words: string[] = [];
    for (;;) {
      this.#skip();
      const char = this.#text[this.#at];
      if (char === undefined || char === '}') throw new SnippetFault(`a ; is missing after ${shown(words)}`);
      if (char === ';' || char === '{') return this.#ended(words, char, depth);
      words.push(char === '"' || char === "'" ? this.#quoted(char) : this.#word());
    }
  }

  #ended([name, ...args]: readonly string[], char: ';' | '{', depth: number): Directive {
    this.#at++;
    if (name === undefined) throw new SnippetFault(`there is nothing before a ${char}`);
    return { name, args, block: char === '{' ? this.block(depth + 1) : undefined };
  }

  /** Blanks and comments. */
  #skip(): void {
    this.#at = matchEnd(/(?:\s+|#[^\n]*)*/y, this.#text, this.#at);
  }

  #quoted(quote: string): string {
    const start = this.#at + 1;
    let end = start;
    while (end < this.#text.length && this.#text[end] !== quote) end += this.#text[end] === '\\' ? 2 : 1;
    if (end >= this.#text.length) throw new SnippetFault('a quote is not closed');
    this.#at = end + 1;
    if (!/[\s;{)]/.test(this.#text[this.#at] ?? ';'))
      throw new SnippetFault(`there is no blank after ${shown([this.#text.slice(start - 1, end + 1)])}`);
    // The closing parenthesis of `if ($a = "b")` is a word of its own.
    return unescape(this.#text.slice(start, end));
  }

  /** Up to a blank, a `;` or a `{` that is not that of a variable `${name}`. */
  #word(): string {
    const start = this.#at;
    this.#at = matchEnd(/(?:\\[^]|\$\{|[^\s;{\\]|\\$)*/y, this.#text, start);
    return unescape(this.#text.slice(start, this.#at));
  }
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '\\': '\\', t: '\t', r: '\r', n: '\n' };

/** Other escapes, such as `\.` of a pattern, stay as they are. */
function unescape(text: string): string {
  return text.replace(/\\([^])/g, (escape, char: string) => ESCAPES[char] ?? escape);
}

function shown(words: readonly string[]): string {
  return JSON.stringify(words.join(' ').slice(0, 60));
}
