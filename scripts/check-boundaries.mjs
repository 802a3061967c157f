import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { checkImports, workspaceFolders } from './source-imports.mjs';
import { ROOT, workspaceNode } from './workspace-node.mjs';

const FIXTURES = join(ROOT, 'scripts', 'fixtures', 'boundaries');
const HEADER = /^\/\/ place: (\S+)\n\/\/ expect: (.+)\n/;
const NOTHING = 'nothing';

/** The fixtures: each says where it would be forbidden (or allowed) and which rule must report it (or `nothing`). */
function readFixtures() {
  return readdirSync(FIXTURES).map((name) => {
    const text = readFileSync(join(FIXTURES, name), 'utf8');
    const header = HEADER.exec(text);
    if (header === null)
      throw new Error(`scripts/fixtures/boundaries/${name}: its first two lines must be "// place: PATH" and "// expect: RULE"`);
    return { name, place: header[1], expected: header[2], text: text.slice(header[0].length) };
  });
}

/** The problems that the rules leave unreported, or report where nothing is wrong. */
function checkFixtures() {
  const batches = [];
  for (const fixture of readFixtures()) {
    // Two fixtures for one place go into trees of their own.
    const batch = batches.find((fixtures) => fixtures.every((other) => other.place !== fixture.place));
    if (batch === undefined) batches.push([fixture]);
    else batch.push(fixture);
  }
  return batches.flatMap(checkBatch);
}

function checkBatch(fixtures) {
  const tree = mkdtempSync(join(tmpdir(), 'sluice-boundaries-'));
  try {
    plant(tree, fixtures);
    const found = [...lint(tree), ...checkImports(tree)];
    return fixtures.flatMap((fixture) => judge(fixture, found));
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

function judge({ name, place, expected }, found) {
  const rules = found.filter((problem) => problem.file === place).map((problem) => problem.rule);
  const reported = rules.length === 0 ? 'nothing' : rules.join(', ');
  if (expected === NOTHING ? rules.length === 0 : rules.includes(expected)) return [];
  return [`scripts/fixtures/boundaries/${name}: at ${place} expected ${expected}, reported was ${reported}`];
}

/** A tree with the project's lint rules and package manifests, and the fixtures at their places. */
function plant(tree, fixtures) {
  for (const path of ['.oxlintrc.json', 'tsconfig.base.json', 'package.json', ...manifests()]) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    copyFileSync(join(ROOT, path), join(tree, path));
  }
  for (const { place, text } of fixtures) {
    mkdirSync(dirname(join(tree, place)), { recursive: true });
    writeFileSync(join(tree, place), text);
  }
}

function manifests() {
  return workspaceFolders(ROOT).map((folder) => relative(ROOT, join(folder, 'package.json')));
}

function lint(tree) {
  const modules = join(ROOT, 'node_modules');
  // oxlint looks for its type checker on the path and below the current folder, which is the temporary tree.
  const env = { ...process.env, PATH: `${join(modules, '.bin')}${delimiter}${process.env.PATH ?? ''}` };
  const args = [join(modules, 'oxlint', 'bin', 'oxlint'), '--type-aware', '--format=json'];
  const done = spawnSync(workspaceNode(), args, { cwd: tree, encoding: 'utf8', env });
  try {
    return JSON.parse(done.stdout).diagnostics.map(({ code, filename, message }) => ({ file: filename, rule: code, message }));
  } catch {
    throw new Error(`oxlint failed on the boundary fixtures:\n${done.stdout}${done.stderr}`);
  }
}

const problems = [...checkFixtures(), ...checkImports(ROOT).map(({ file, rule, message }) => `${file}: ${rule}: ${message}`)];
for (const problem of problems) console.error(problem);
if (problems.length > 0) console.error(`${problems.length} boundary problem${problems.length === 1 ? '' : 's'}`);
process.exitCode = problems.length === 0 ? 0 : 1;
