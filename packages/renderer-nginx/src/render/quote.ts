import type { Argument } from './directive.ts';

/** Holds a `$`: nginx has no other way to write one into a complex value. Defined by `geo`, whose values are taken as they are. */
export const DOLLAR = 'sluice_dollar';

/** What needs no quotes anywhere in a configuration. */
const BARE = /^\$?[A-Za-z0-9_.:/*@=,+?&~^!|-]+$/;

/**
 * An argument as text of a configuration file, on one line. Read back by nginx's lexer (`ngx_conf_read_token`) it is exactly
 * the text: inside double quotes only a backslash and a double quote mean something, and `\n`, `\r`, `\t` stand for what they do.
 */
export function printArgument(argument: Argument): string {
  return quote(argument.kind === 'plain' ? argument.text : interpolated(argument.parts));
}

/** The text that nginx's script compiler (`ngx_http_script_compile`) gets. */
export function interpolated(parts: readonly (string | { readonly variable: string })[]): string {
  const [only] = parts;
  if (parts.length === 1 && typeof only === 'object') return `$${only.variable}`;
  return parts.map((part) => (typeof part === 'string' ? part.replaceAll('$', `\${${DOLLAR}}`) : written(part.variable))).join('');
}

/** The groups of a pattern have one digit and no braces. */
function written(name: string): string {
  return /^[1-9]$/.test(name) ? `$${name}` : `\${${name}}`;
}

/**
 * A text as one character for each byte of the file. Texts of the model that hold bytes are that already; what has other characters
 * is written as UTF-8.
 */
export function bytesOf(text: string): string {
  // eslint-disable-next-line no-control-regex -- what is no byte is looked for
  return /[^\x00-\xff]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

function quote(characters: string): string {
  const text = bytesOf(characters);
  // `!` and `~` mean something as a first character to some directives, which see them either way: quotes do not hide them.
  if (BARE.test(text) || text === '(' || text === ')') return text;
  return `"${text.replace(/[\\"\n\r\t]/g, (char) => ESCAPES[char] ?? char)}"`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** nginx reads comments as it reads arguments, which have 4096 bytes at most. */
const LONGEST_COMMENT = 1000;

/** A comment of one line that cannot end before its line does. */
export function printComment(text: string): string {
  const short = text.length > LONGEST_COMMENT ? `${text.slice(0, LONGEST_COMMENT)} ...` : text;
  return `# ${short.replace(/[^\x20-\x7e]/g, '?')}`;
}
