import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installCommand, installPackages, installRefusal } from './debian-packages.mjs';

/** The release of Debian whose nginx is brought, beside the one of the machine. */
const SUITE = 'trixie';
const VERSION = '1.26.3';
const PACKAGES = ['nginx-light', 'libnginx-mod-http-lua'];
const TOOL = 'mmdebstrap';

/** Outside the checkout: it is the same for all of them, and takes forty megabytes. */
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sluice', `debian-${SUITE}-${process.arch}`);

/**
 * The nginx of Debian 13 with its Lua module, unpacked once into a folder below the user's cache.
 *
 * `binary` is a program that takes the place of `nginx`: it has a mount namespace of its own in which that release's /usr is /usr, so that
 * nginx finds its loader, libraries, modules and Lua files where it was built to look for them. All other paths are those of the machine.
 * It needs root.
 * @returns {{ binary: string } | { missing: string, install: string }}
 */
export function newerNginx() {
  const binary = join(CACHE, 'nginx');
  try {
    if (!existsSync(binary)) unpack();
    const version = versionOf(binary);
    if (version !== VERSION) throw new Error(`${binary} runs ${version} and not ${VERSION}`);
    return { binary };
  } catch (error) {
    return { missing: `nginx ${VERSION} cannot be had: ${error.message}`, install: installCommand([TOOL]) };
  }
}

function versionOf(binary) {
  const { stderr = '', error } = spawnSync(binary, ['-v'], { encoding: 'utf8' });
  return /nginx\/(\S+)/.exec(stderr)?.[1] ?? `nothing (${error?.message ?? stderr.trim()})`;
}

/** Unpacks beside the final place and moves it there at once: another process may be doing the same. */
function unpack() {
  const hindrance = installRefusal();
  if (hindrance !== undefined) throw new Error(hindrance);
  if (spawnSync(TOOL, ['--version']).error !== undefined || findMirror(indexTargets()) === undefined) {
    process.stderr.write(`Installing ${TOOL} (apt-get), for nginx ${VERSION} …\n`);
    installPackages([TOOL]);
  }
  const mirror = findMirror(indexTargets());
  if (mirror === undefined) throw new Error('this machine has no source of Debian packages');
  process.stderr.write(`Unpacking nginx ${VERSION} of Debian ${SUITE} …\n`);
  mkdirSync(join(CACHE, '..'), { recursive: true });
  const draft = mkdtempSync(`${CACHE}-`);
  try {
    const args = ['--quiet', '--variant=extract', `--include=${PACKAGES.join(',')}`, SUITE, join(draft, 'root'), mirror];
    const done = spawnSync(TOOL, args, { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${TOOL} failed: ${(done.stderr ?? '').trim().split('\n').at(-1)}`);
    writeFileSync(join(draft, 'nginx'), wrapper(join(CACHE, 'root')));
    chmodSync(join(draft, 'nginx'), 0o755);
    chmodSync(draft, 0o755);
    moveTo(draft, CACHE);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function moveTo(draft, place) {
  try {
    renameSync(draft, place);
  } catch (error) {
    // Somebody else was quicker.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  }
}

/** Keeps the process id: who starts it and signals it means nginx. */
function wrapper(root) {
  const inside = `mount --bind '${root}/usr' /usr && exec /usr/sbin/nginx "$@"`;
  return `#!/bin/sh\nexec unshare --mount sh -c '${inside.replaceAll("'", String.raw`'\''`)}' nginx "$@"\n`;
}

function indexTargets() {
  const args = ['indextargets', '--format', '$(REPO_URI) $(ORIGIN) $(CODENAME)', 'Created-By: Packages'];
  return spawnSync('apt-get', args, { encoding: 'utf8' }).stdout ?? '';
}

/**
 * Where this machine has Debian from: other releases are there as well. Undefined when it has no list of packages yet.
 * @param {string} targets lines of address, origin and release
 */
export function findMirror(targets) {
  const lines = targets.split('\n').map((line) => line.split(' '));
  return lines.find(([, origin, release = '']) => origin === 'Debian' && !/-(security|updates|backports)$/.test(release))?.[0];
}

// For the suites: says as JSON where it is, or why it is not there.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(newerNginx())}\n`);
}
