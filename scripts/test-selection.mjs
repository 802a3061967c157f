import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const TEST = /\.test\.(ts|mjs)$/;
const SKIPPED = new Set(['node_modules', 'dist', 'coverage', 'fixtures', '.git']);
/** Where tests are that run a proxy, order certificates, or run Prometheus. */
const SUITES = {
  nginx: /^(e2e|packages\/renderer-nginx)\//,
  haproxy: /^(e2e|packages\/renderer-haproxy)\//,
  pebble: /^e2e\//,
  prometheus: /^e2e\/monitoring\//,
};
/** Options of vitest that people use and whose value is an argument of its own. */
const WITH_VALUE = /^(-t|--testNamePattern|--reporter|--project|--exclude|--shard|--seed)$/;

/**
 * The files that these arguments choose: as vitest does, a word chooses those whose paths contain it, and no word chooses all.
 * @param {readonly string[]} args of vitest
 * @param {readonly string[]} files test files, as told from the root of the checkout
 */
export function chosenFiles(args, files) {
  const words = args.filter((arg, index) => !arg.startsWith('-') && !WITH_VALUE.test(args[index - 1] ?? ''));
  return words.length === 0 ? files : files.filter((file) => words.some((word) => file.includes(word.replace(/^\.\//, ''))));
}

/**
 * The proxies that the tests may need which these arguments choose. Words that choose nothing are not understood here, so that anything may be
 * meant.
 * @param {readonly string[]} args of vitest
 * @param {readonly string[]} files test files, as told from the root of the checkout
 */
export function neededProxies(args, files) {
  const chosen = chosenFiles(args, files);
  return Object.keys(SUITES).filter((name) => chosen.length === 0 || chosen.some((file) => SUITES[name].test(file)));
}

/** The test files of a checkout, told from its root. */
export function testFiles(root, folder = root) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : testFiles(root, path);
    return TEST.test(entry.name) ? [relative(root, path).split(sep).join('/')] : [];
  });
}
