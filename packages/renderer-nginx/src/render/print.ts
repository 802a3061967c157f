import type { Origin } from '@sluice/core';
import type { Directive } from './directive.ts';
import { printArgument, printComment } from './quote.ts';

/** Printed directives, and which object each line came from. */
export interface Printed {
  readonly text: string;
  /** One entry a line. */
  readonly origins: readonly (Origin | undefined)[];
}

/** Prints directives, one a line; decides nothing. */
export function print(directives: readonly Directive[], depth = 0): Printed {
  const lines: string[] = [];
  const origins: (Origin | undefined)[] = [];
  printInto({ lines, origins }, directives, depth, undefined);
  return { text: lines.map((line) => `${line}\n`).join(''), origins };
}

interface Page {
  readonly lines: string[];
  readonly origins: (Origin | undefined)[];
}

function printInto(page: Page, directives: readonly Directive[], depth: number, inherited: Origin | undefined): void {
  for (const one of directives) {
    const from = one.from ?? inherited;
    const indent = '  '.repeat(depth);
    const put = (line: string): void => {
      page.lines.push(indent + line);
      page.origins.push(from);
    };
    if (one.comment !== undefined) put(printComment(one.comment));
    // The entries of a map are directives to nginx's lexer, and their names are data.
    const head = [{ kind: 'plain', text: one.name } as const, ...one.args].map(printArgument).join(' ');
    if (one.code !== undefined) put(`${head} { ${one.code} }`);
    else if (one.block === undefined) put(`${head};`);
    else {
      put(`${head} {`);
      printInto(page, one.block, depth + 1, from);
      put('}');
    }
  }
}
