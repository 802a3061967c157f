import type { Result } from './case-run.ts';

/** One line: how many cases go as on ingress-nginx. */
export function summaryLine(backend: string, results: readonly Result[]): string {
  const alike = results.filter(({ differences }) => differences.length === 0);
  return `behaviour ${backend}: ${alike.length} of ${results.length} cases as ingress-nginx`;
}

/** One line a file. */
export function fileLines(results: readonly Result[]): readonly string[] {
  const files = [...new Set(results.map(({ file }) => file))];
  return files.map((file) => {
    const own = results.filter((result) => result.file === file);
    return `  ${file}: ${own.filter(({ differences }) => differences.length === 0).length} of ${own.length}`;
  });
}

/** The cases that differ, and how. */
export function failureLines(results: readonly Result[]): readonly string[] {
  return results
    .filter(({ differences, unexplained }) => differences.length > 0 || unexplained.length > 0)
    .flatMap(({ file, name, source, differences, unexplained }) => [
      `${file} > ${name} (${source})`,
      ...differences.map((difference) => `    ${difference}`),
      ...unexplained.map((text) => `    ${text}`),
    ]);
}
