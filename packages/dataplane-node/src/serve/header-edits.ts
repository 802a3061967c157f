import type { HeaderEdit } from '@sluice/core';
import { isFramingHeader } from '@sluice/core';
import type { ByteWriter } from './byte-writer.ts';

/** Another value for a header line of an upstream. */
export type ValueChange = (value: string) => string;

/** Expressions by name, made once. */
const lines = new Map<string, RegExp>();
const MAX_KEPT_LINES = 2000;

const SPECIAL = /[.*+?^${}()|[\]\\]/g;
const CONTROLS = /[^\t\x20-\x7e\x80-\xff]/g;

/**
 * What changes in the header lines of one message before it is sent: filled while a request is routed, applied to the
 * finished head. Reused from request to request; a message without edits costs nothing but the question.
 */
export class HeaderEdits {
  readonly #edits: HeaderEdit[] = [];
  readonly #changes: { readonly name: string; readonly change: ValueChange }[] = [];

  get empty(): boolean {
    return this.#edits.length === 0 && this.#changes.length === 0;
  }

  clear(): void {
    if (this.#edits.length > 0) this.#edits.length = 0;
    if (this.#changes.length > 0) this.#changes.length = 0;
  }

  /** One more line, such as a `Set-Cookie`. */
  add(name: string, value: string): void {
    this.#edits.push({ op: 'add', name, value });
  }

  /** One line instead of all lines with this name. */
  set(name: string, value: string): void {
    this.#edits.push({ op: 'set', name, value });
  }

  remove(name: string): void {
    this.#edits.push({ op: 'remove', name, value: '' });
  }

  take(edits: readonly HeaderEdit[] | undefined): void {
    if (edits !== undefined) this.#edits.push(...edits);
  }

  /** Changes each value that an upstream sends under this name; answers of the proxy itself are left alone. */
  change(name: string, change: ValueChange): void {
    this.#changes.push({ name, change });
  }

  /** The head (start line, header lines, blank line) as it is sent. `status` of responses; `received`: it comes from an upstream. */
  applyTo(head: string, status: number, received: boolean): string {
    let edited = head;
    if (received) {
      for (const { name, change } of this.#changes)
        edited = edited.replace(linesOf(name), (_, before: string, value: string) => lineOf(before + name, change(value)));
    }
    for (const edit of this.#edits) if (edit.statuses?.includes(status) !== false) edited = applyOne(edited, edit);
    return edited;
  }

  /** Changes the head that `out` holds. */
  applyToWriter(out: ByteWriter, status: number): void {
    const edited = this.applyTo(out.view().toString('latin1'), status, true);
    out.clear();
    out.reserve(edited.length);
    out.text(edited);
  }
}

function applyOne(head: string, { op, name, value }: HeaderEdit): string {
  if (op === 'add') return withLine(head, name, value);
  let set = op === 'remove';
  const edited = head.replace(linesOf(name), (line: string, before: string) => {
    if (name.endsWith('*') && isFramingHeader(/^\s*([^:\s]*)/.exec(line)?.[1] ?? '')) return line;
    if (set) return '';
    set = true;
    return lineOf(before + name, value);
  });
  return set ? edited : withLine(edited, name, value);
}

/** Puts a line before the blank line. */
function withLine(head: string, name: string, value: string): string {
  return `${head.slice(0, -2)}${lineOf(name, value)}\r\n\r\n`;
}

/** A value that could end its line would be another header: such bytes never get this far, and are left out if they do. */
function lineOf(name: string, value: string): string {
  return `${name}: ${value.replace(CONTROLS, '')}`;
}

/** Finds whole lines with their values; the line end before them comes first. */
function linesOf(name: string): RegExp {
  let line = lines.get(name);
  if (line === undefined) {
    const [bare, rest] = name.endsWith('*') ? [name.slice(0, -1), '[^:\\r\\n]*'] : [name, ''];
    line = new RegExp(`(\\r\\n)${bare.replace(SPECIAL, '\\$&')}${rest}[ \\t]*:[ \\t]*([^\\r\\n]*)`, 'gi');
    if (lines.size >= MAX_KEPT_LINES) lines.clear();
    lines.set(name, line);
  }
  return line;
}
