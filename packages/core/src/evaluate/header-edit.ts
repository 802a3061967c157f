/**
 * A change of the header lines of a message: `set` replaces all lines of the name by one, `add` adds a line, `remove` takes
 * all lines of the name away (of all names that begin so, when the name ends with `*`). Values are binary strings.
 */
export interface HeaderEdit {
  readonly op: 'set' | 'add' | 'remove';
  readonly name: string;
  /** Empty for `remove`. */
  readonly value: string;
  /** The statuses of responses that are changed; absent for all. */
  readonly statuses?: readonly number[];
}

/** Header fields that say where a message ends or what its connection is for: users may not change them. */
const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Whether a header belongs to the proxy: changing it would break the message or the connection. */
export function isFramingHeader(name: string): boolean {
  return FRAMING.has(name.toLowerCase());
}

/** Changes in words, for explanations. */
export function describeEdits(edits: readonly HeaderEdit[]): string {
  return edits.map(describeEdit).join(', ');
}

function describeEdit({ op, name, value, statuses }: HeaderEdit): string {
  const only = statuses === undefined ? '' : ` (with ${statuses.join(', ')})`;
  return op === 'remove' ? `no ${name}${only}` : `${op === 'add' ? 'another ' : ''}${name}: ${value}${only}`;
}
