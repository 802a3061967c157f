import { everyDirective } from './configuration-lexer.ts';
import type { ParsedDirective, Word } from './configuration-lexer.ts';
import { MARK } from '../poison-places.ts';

/** Text that may stand without quotes: it means nothing to nginx but itself. */
const PLAIN = /^[A-Za-z0-9_.:/*@=,+?&~^!|()-]*$/;

/** Where each directive stands, such as `http > server > location > return`. */
export function shapesOf(directives: readonly ParsedDirective[], above = ''): ReadonlySet<string> {
  const shapes = new Set<string>();
  for (const { name, block } of directives) {
    const shape = above === '' ? name.text : `${above} > ${name.text}`;
    shapes.add(shape);
    // Entries of a map are values, whatever they are called.
    if (!/^(map|geo|split_clients)$/.test(name.text)) for (const inner of shapesOf(block ?? [], shape)) shapes.add(inner);
  }
  return shapes;
}

/** A directive with everything in it, on one line; Lua of ours is part of it. */
export function canonical({ name, args, block, code }: ParsedDirective): string {
  const words = [name, ...args].map(({ text }) => JSON.stringify(text)).join(' ');
  return `${words}${code === undefined ? '' : ` LUA ${code}`}${block === undefined ? '' : ` { ${block.map(canonical).join(' ')} }`}`;
}

/** The directives of the file and of its http block that belong neither to a victim nor to what hosts share. */
export function unaffected(directives: readonly ParsedDirective[]): readonly string[] {
  const http = directives.find(({ name }) => name.text === 'http')?.block ?? [];
  const others = directives.filter(({ name }) => name.text !== 'http');
  const own = [...others, ...http].filter((directive) => !isVictims(directive) && !isShared(directive));
  return own.map((directive) => withoutDigest(canonical(directive)));
}

/** What is there once for all hosts that need it, named by what it is. */
function isShared({ name, args }: ParsedDirective): boolean {
  // Hosts that check client certificates bring these two, and sessions of their own.
  if (name.text === 'ssl_session_cache' || args.some(({ text }) => /^\$sluice_(?:misdirected|handshake_elsewhere)$/.test(text)))
    return true;
  return args.some(({ text }) => /^\$?sluice_\w+_[0-9a-f]{32}\b/.test(text)) && /^(upstream|map|geo)$/.test(name.text);
}

function isVictims(directive: ParsedDirective): boolean {
  return [...everyDirective([directive])].some(({ name, args }) =>
    [name, ...args].some(({ text }) => text.includes('victim-') || text.includes(MARK)),
  );
}

/** The name of the generation, which its own control socket answers with. */
function withoutDigest(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{40,64}\b/g, '<digest>');
}

/** How many words have poison in them. */
export function poisonedWords(directives: readonly ParsedDirective[]): number {
  return [...everyDirective(directives)].flatMap(({ name, args }) => [name, ...args]).filter(({ text }) => text.includes(MARK)).length;
}

/** Words with poison in them that are more than a text: not quoted although they need to be, names of directives, or with variables. */
export function dangerous(directives: readonly ParsedDirective[], variables: RegExp): readonly string[] {
  return [...everyDirective(directives)].flatMap((directive) => {
    const { name, args, code = '', line } = directive;
    const told = (what: string, text: string): string => `line ${line}: ${what} ${JSON.stringify(text)}`;
    return [
      ...(code.includes(MARK) ? [told('Lua', code)] : []),
      ...(isUnquoted(name) ? [told('not quoted', name.text)] : []),
      ...args.flatMap((word, at) => [
        ...(isUnquoted(word) ? [told('not quoted', word.text)] : []),
        ...(isPattern(directive, at) ? [] : variablesIn(word, variables).map((variable) => told(`the variable ${variable} in`, word.text))),
      ]),
    ];
  });
}

function isUnquoted({ text, quoted }: Word): boolean {
  return text.includes(MARK) && !quoted && !PLAIN.test(text);
}

/** Whether an argument is a path or a regular expression, in which `$` is no variable. */
function isPattern({ name, args }: ParsedDirective, at: number): boolean {
  if (name.text === 'location' || name.text === 'server_name') return true;
  if (name.text === 'rewrite') return at === 0;
  return name.text === 'if' && /^!?~\*?$/.test(args[at - 1]?.text ?? '');
}

function variablesIn({ text }: Word, allowed: RegExp): readonly string[] {
  if (!text.includes(MARK)) return [];
  const named = [...text.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map((match) => match[1] ?? '');
  return named.filter((variable) => !allowed.test(variable));
}
