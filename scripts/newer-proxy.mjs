import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installCommand, installPackages, installRefusal } from './debian-packages.mjs';
import { haproxyPackages } from './real-haproxy.mjs';
import { nginxPackages } from './real-nginx.mjs';

/** The release of Debian whose proxies are brought, beside those of the machine. */
const SUITE = 'trixie';
const TOOL = 'mmdebstrap';

/** What that release has: what a program says of its version, and with which word. */
const proxies = {
  nginx: { title: 'nginx 1.26.3', argument: '-v', says: /nginx\/1\.26\.3$/m },
  haproxy: { title: 'HAProxy 3.0', argument: '-v', says: /^HAProxy version 3\.0\./m },
};

/** Outside the checkout: it is the same for all of them, and takes sixty megabytes. */
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sluice', `debian-${SUITE}-proxies-${process.arch}`);

/**
 * nginx with its Lua module, or HAProxy, of Debian 13, unpacked once into a folder below the user's cache.
 *
 * `binary` is a program that takes the place of the machine's: it has a mount namespace of its own in which that release's /usr is /usr, so
 * that the proxy finds its loader, libraries, modules and Lua files where it was built to look for them. All other paths are those of the
 * machine. It needs root.
 * @param {'nginx' | 'haproxy'} name
 * @returns {{ binary: string } | { missing: string, install: string }}
 */
export function newerProxy(name) {
  const binary = join(CACHE, name);
  const { title, argument, says } = proxies[name];
  try {
    if (!existsSync(binary)) unpack();
    const { stdout = '', stderr = '', error } = spawnSync(binary, [argument], { encoding: 'utf8' });
    const told = `${stdout}${stderr}`.trim();
    if (!says.test(told)) throw new Error(`${binary} says ${error?.message ?? JSON.stringify(told)}`);
    return { binary };
  } catch (error) {
    return { missing: `${title} cannot be had: ${error.message}`, install: installCommand([TOOL]) };
  }
}

/** Unpacks beside the final place and moves it there at once: another process may be doing the same. */
function unpack() {
  const hindrance = installRefusal();
  if (hindrance !== undefined) throw new Error(hindrance);
  const titles = Object.values(proxies).map(({ title }) => title);
  const mirror = debianMirror(`for ${titles.join(' and ')}`);
  process.stderr.write(`Unpacking ${titles.join(' and ')} of Debian ${SUITE} …\n`);
  mkdirSync(join(CACHE, '..'), { recursive: true });
  const draft = mkdtempSync(`${CACHE}-`);
  try {
    const packages = [...nginxPackages, ...haproxyPackages].join(',');
    const args = ['--quiet', '--variant=extract', `--include=${packages}`, SUITE, join(draft, 'root'), mirror];
    const done = spawnSync(TOOL, args, { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${TOOL} failed: ${(done.stderr ?? '').trim().split('\n').at(-1)}`);
    for (const name of Object.keys(proxies)) writeFileSync(join(draft, name), wrapper(join(CACHE, 'root'), name), { mode: 0o755 });
    chmodSync(draft, 0o755);
    moveTo(draft, CACHE);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Where packages come from, with the tool that unpacks them. */
function debianMirror(what) {
  if (spawnSync(TOOL, ['--version']).error !== undefined || findMirror(indexTargets()) === undefined) {
    process.stderr.write(`Installing ${TOOL} (apt-get), ${what} …\n`);
    installPackages([TOOL]);
  }
  const mirror = findMirror(indexTargets());
  if (mirror === undefined) throw new Error('this machine has no source of Debian packages');
  return mirror;
}

function moveTo(draft, place) {
  try {
    renameSync(draft, place);
  } catch (error) {
    // Somebody else was quicker.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  }
}

/** Keeps the process id: who starts it and signals it means the proxy, which finds itself at the same path when it starts itself again. */
function wrapper(root, name) {
  const inside = `mount --bind '${root}/usr' /usr && exec /usr/sbin/${name} "$@"`;
  return `#!/bin/sh\nexec unshare --mount sh -c '${inside.replaceAll("'", String.raw`'\''`)}' ${name} "$@"\n`;
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

// For the suites, with the name of a proxy: says as JSON where it is, or why it is not there.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(newerProxy(process.argv[2] ?? ''))}\n`);
}
