import type { Argument } from './directive.ts';

/** Holds a `$`: nginx has no other way to write one into a complex value. Defined by `geo`, whose values are taken as they are. */
export const DOLLAR = 'sluice_dollar';

/** What needs no quotes anywhere in a configuration. */
const BARE = /^[A-Za-z0-9_.:/*@=,+?&~^!|-]+$/;

/**
 * An argument as text of a configuration file, on one line. Read back by nginx's lexer (`ngx_conf_read_token`) it is exactly
 * the text: inside double quotes only a backslash and a double quote mean something, and `\n`, `\r`, `\t` stand for what they do.
 */
export function printArgument(argument: Argument): string {
  return quote(argument.kind === 'plain' ? argument.text : interpolated(argument.parts));
}

/** The text that nginx's script compiler (`ngx_http_script_compile`) gets. */
export function interpolated(parts: readonly (string | { readonly variable: string })[]): string {
  return parts.map((part) => (typeof part === 'string' ? part.replaceAll('$', `\${${DOLLAR}}`) : `\${${part.variable}}`)).join('');
}

function quote(text: string): string {
  // `!` and `~` mean something as a first character to some directives, which see them either way: quotes do not hide them.
  if (BARE.test(text) || text === '(' || text === ')') return text;
  if (/^\$\{\w+\}$/.test(text)) return `$${text.slice(2, -1)}`;
  return `"${text.replace(/[\\"\n\r\t]/g, (char) => ESCAPES[char] ?? char)}"`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A comment of one line that cannot end before its line does. */
export function printComment(text: string): string {
  return `# ${text.replace(/[^\x20-\x7e]/g, '?')}`;
}
