import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';

const STATEMENT = /^[ \t]*(?:import|export)\b(?:\s+type\b)?(?:[\w\s{},*$]*?\bfrom)?\s*(['"])([^'"\n]+)\1/gm;
const CALL = /\bimport\(\s*(['"])([^'"\n]+)\1/g;
const STAR = /^[ \t]*export\s+(?:type\s+)?\*/m;
const SOURCE = /\.(?:ts|mts|js|mjs)$/;
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'coverage', 'fixtures']);
const DEVELOPMENT = /\.test\.\w+$|\/testing\//;

/**
 * What the linter cannot see, for every workspace package below `root`: imports of packages that its package.json does not declare,
 * relative imports that leave the package, and `export *`.
 * @returns {{ file: string, rule: string, message: string }[]} files are told from `root`
 */
export function checkImports(root) {
  const manifest = readJson(join(root, 'package.json'));
  const tools = Object.keys(manifest.devDependencies ?? {});
  return workspaceFolders(root).flatMap((folder) => checkPackage({ root, folder, tools }));
}

function checkPackage({ root, folder, tools }) {
  const manifest = readJson(join(folder, 'package.json'));
  const released = [
    manifest.name,
    ...names(manifest.dependencies),
    ...names(manifest.peerDependencies),
    ...names(manifest.optionalDependencies),
  ];
  const development = [...released, ...names(manifest.devDependencies), ...tools];
  return sourceFiles(folder).flatMap((file) => {
    const declared = manifest.private === true || DEVELOPMENT.test(file) ? development : released;
    const found = checkFile({ file, folder, declared });
    return found.map((problem) => ({ ...problem, file: relative(root, file).split(sep).join('/') }));
  });
}

function checkFile({ file, folder, declared }) {
  const text = withoutBlockComments(readFileSync(file, 'utf8'));
  const problems = importsOf(text).flatMap((specifier) => {
    if (specifier.startsWith('.')) return leaves(folder, file, specifier) ? [leaving(specifier)] : [];
    if (isBuiltin(specifier) || declared.includes(packageName(specifier))) return [];
    return [
      { rule: 'sluice(no-undeclared-package)', message: `imports ${specifier}, which the package.json of its package does not declare` },
    ];
  });
  if (STAR.test(text))
    problems.push({ rule: 'sluice(no-export-star)', message: 'exports by name only: `export *` hides what a module offers' });
  return problems;
}

function leaving(specifier) {
  return {
    rule: 'sluice(no-leaving-package)',
    message: `imports ${specifier}, a file of another package: import that package by its name`,
  };
}

function leaves(folder, file, specifier) {
  return relative(folder, resolve(dirname(file), specifier)).startsWith('..');
}

function importsOf(text) {
  return [...text.matchAll(STATEMENT), ...text.matchAll(CALL)].map((match) => match[2]);
}

function withoutBlockComments(text) {
  return text.replaceAll(/^[ \t]*\/\*[^]*?\*\//gm, '');
}

function packageName(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The folders of the workspace packages below `root`. */
export function workspaceFolders(root) {
  const { workspaces } = readJson(join(root, 'package.json'));
  const folders = workspaces.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [join(root, pattern)];
    const parent = join(root, pattern.slice(0, -2));
    return entries(parent).map((entry) => join(parent, entry.name));
  });
  return folders.filter((folder) => entries(folder).some((entry) => entry.name === 'package.json'));
}

function sourceFiles(folder) {
  return entries(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : sourceFiles(path);
    return SOURCE.test(entry.name) ? [path] : [];
  });
}

/** The entries of a folder; none when there is no such folder, for a workspace pattern may match anything. */
function entries(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  }
}

function names(dependencies) {
  return Object.keys(dependencies ?? {});
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
