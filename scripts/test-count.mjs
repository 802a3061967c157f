import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** How many failures are told again at the end, and how much of each one's message, in characters. */
const TOLD_FAILURES = 50;
const TOLD_MESSAGE = 600;

/**
 * The closing words on a test run.
 * @param run.report vitest's JSON report; undefined when it wrote none
 * @param run.status vitest's exit status
 * @param run.skipsFail whether a skipped test counts as failed
 * @param run.root the folder that file names are told from
 * @returns {{ notes: string[], summary: string, ok: boolean }} `summary` is `N passed, N failed`, with `, N skipped` where some were
 */
export function countTests({ report, status, skipsFail, root }) {
  const files = report?.testResults ?? [];
  const skips = files.map((file) => skipsOf(file, root)).filter((skip) => skip.count > 0);
  const skipped = sum(skips.map((skip) => skip.count));
  const passed = sum(files.map((file) => withStatus(file, 'passed').length));
  const failures = files.flatMap((file) => failuresOf(file, root));
  const broken = failures.length;
  // A run can fail with no failed test: an unhandled error, a bad option, no test found, a signal.
  const failed = (broken === 0 && status !== 0 ? 1 : broken) + (skipsFail ? skipped : 0);
  const notes = toldFailures(failures);
  notes.push(...skips.map((skip) => `${skipsFail ? 'skipped, which is a failure with CI=true' : 'skipped'}: ${skip.text}`));
  if (broken === 0 && status !== 0) notes.push(`vitest ended with status ${status} although no test failed: counted as one failure`);
  const rest = skipped > 0 && !skipsFail ? `, ${skipped} skipped` : '';
  return { notes, summary: `${passed} passed, ${failed} failed${rest}`, ok: failed === 0 };
}

function toldFailures(failures) {
  const told = failures.slice(0, TOLD_FAILURES).map((text) => `failed: ${text}`);
  return failures.length > TOLD_FAILURES ? [...told, `failed: ${failures.length - TOLD_FAILURES} more, see above`] : told;
}

/** The failed tests of a file, each with why; the file itself when it failed before or around its tests. */
function failuresOf(file, root) {
  const name = relative(root, file.name);
  const failed = withStatus(file, 'failed').map((test) => `${name}: ${titleOf(test)}\n${reasonOf(test.failureMessages?.[0])}`);
  return failed.length === 0 && file.status === 'failed' ? [`${name}\n${reasonOf(file.message)}`] : failed;
}

function titleOf(test) {
  return [...test.ancestorTitles, test.title].filter((title) => title !== '').join(' > ');
}

/** The start of an error's message, indented, without its stack. */
function reasonOf(message = '') {
  const [text] = stripVTControlCharacters(message).split(/\n\s+at /, 1);
  const start = text.length > TOLD_MESSAGE ? `${text.slice(0, TOLD_MESSAGE)} …` : text;
  return start.replace(/^/gm, '    ');
}

function skipsOf(file, root) {
  const skipped = file.assertionResults.filter((test) => test.status !== 'passed' && test.status !== 'failed');
  const suites = new Set(skipped.map((test) => test.ancestorTitles.filter((title) => title !== '').join(' > ') || test.title));
  return {
    count: skipped.length,
    text: `${relative(root, file.name)}: ${[...suites].join('; ')} (${skipped.length} of ${file.assertionResults.length})`,
  };
}

function withStatus(file, status) {
  return file.assertionResults.filter((test) => test.status === status);
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
