/** Writes a line of the report. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes rows as a table of Markdown, its columns aligned. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  for (const text of [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)]) print(text);
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
