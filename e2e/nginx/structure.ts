import { everyDirective } from './configuration-lexer.ts';
import type { ParsedDirective, Word } from './configuration-lexer.ts';
import { MARK } from './poison-places.ts';

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

/** The directives of the http block that do not belong to a victim. */
export function unaffected(directives: readonly ParsedDirective[]): readonly string[] {
  const http = directives.find(({ name }) => name.text === 'http')?.block ?? [];
  const others = directives.filter(({ name }) => name.text !== 'http');
  return [...others, ...http].filter((directive) => !isVictims(directive)).map((directive) => withoutDigest(canonical(directive)));
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

/** Words with poison in them that are more than a text: not quoted although they need to be, names of directives, or with variables. */
export function dangerous(directives: readonly ParsedDirective[], variables: RegExp): readonly string[] {
  return [...everyDirective(directives)].flatMap(({ name, args, code = '', line }) => {
    const told = (what: string, text: string): string => `line ${line}: ${what} ${JSON.stringify(text)}`;
    return [
      ...(code.includes(MARK) ? [told('Lua', code)] : []),
      ...[name, ...args]
        .filter(({ text }) => text.includes(MARK))
        .flatMap((word) => complaintsAbout(word, variables).map((what) => told(what, word.text))),
    ];
  });
}

function complaintsAbout({ text, quoted }: Word, variables: RegExp): readonly string[] {
  const named = [...text.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map((match) => match[1] ?? '');
  return [
    ...(quoted || PLAIN.test(text) ? [] : ['not quoted']),
    ...named.filter((variable) => !variables.test(variable)).map((variable) => `the variable ${variable} in`),
  ];
}
