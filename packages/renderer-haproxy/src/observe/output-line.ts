import type { ToldLine } from '@sluice/core';

/** A line that HAProxy wrote about itself. */
export interface OutputLine {
  readonly level: 'ALERT' | 'WARNING' | 'NOTICE';
  readonly pid: number;
  readonly text: string;
}

const LINE = /^\[(ALERT|WARNING|NOTICE)\]\s+\((\d+)\) : (.*)$/;

/** What is said at every start and reload, and of servers that come and go by our own commands. */
const USUAL =
  /^(?:New worker|Loading success|Reloading HAProxy|haproxy version is|path to executable is|Former worker .* exited with code 0|Initializing new worker|All workers exited|Exiting Master process|Current worker .* exited with code 0|(?:CLI : )?(?:Proxy .* stopped|Server .* is (?:UP\/READY|going DOWN for maintenance)|backend '.*' has no server available|'server .*' : Already exists))/;

/** Lines of the output with those that begin with blanks at the end of the ones that they belong to. */
export function joinedLines(lines: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const line of lines) {
    if (/^\s/.test(line) && joined.length > 0) joined.push(`${joined.pop()?.trimEnd()} ${line.trim()}`);
    else joined.push(line);
  }
  return joined;
}

/** Reads a line of the output; undefined for what is none. */
export function parseOutputLine(line: string): OutputLine | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [, level, pid, text = ''] = match;
  return { level: level as OutputLine['level'], pid: Number(pid), text };
}

/** What the logger is told of a line; undefined for what nobody wants to know. */
export function toldLine({ level, pid, text }: OutputLine): ToldLine | undefined {
  if (USUAL.test(text)) return undefined;
  const levels = { ALERT: 'error', WARNING: 'warn', NOTICE: 'info' } as const;
  return { level: levels[level], text, fields: { severity: level.toLowerCase(), pid, text } };
}
