import type { ToldLine } from '@sluice/core';
import type { ErrorLogLine } from './error-log-line.ts';

/** What nginx finds wrong with itself is an error; what it finds wrong with clients and endpoints is a warning. */
const LEVELS: Readonly<Record<string, ToldLine['level']>> = { emerg: 'error', alert: 'error', crit: 'error', error: 'warn', warn: 'warn' };

/** The notices that an operator wants to know: somebody else stops or reopens nginx. */
const NOTABLE = /^signal \d+ \(SIG(?:TERM|QUIT|INT|USR2|WINCH)\) received from (\d+)/;

/** What workers say when connections that they have are cut. Whoever cuts them tells how many those were. */
const CUT = /^(?:open socket #\d+ left in connection \d+|aborting)$/;

/** What the logger is told of an entry of the error log; undefined for what nobody wants to know. */
export function toldLine(line: ErrorLogLine): ToldLine | undefined {
  const level = levelOf(line);
  return level && { level, text: line.text, fields: fieldsOf(line) };
}

function levelOf({ level, text }: ErrorLogLine): ToldLine['level'] | undefined {
  if (level === 'alert' && CUT.test(text)) return undefined;
  if (level !== 'notice') return LEVELS[level];
  const from = NOTABLE.exec(text)?.[1];
  return from === undefined || Number(from) === process.pid ? undefined : 'info';
}

/** `severity` is what nginx calls it: a field `level` would be there twice, as loggers write their own. */
function fieldsOf({ level, pid, connection, text, facts }: ErrorLogLine): ToldLine['fields'] {
  return { severity: level, pid, ...(connection !== undefined && { connection }), text, ...facts };
}
