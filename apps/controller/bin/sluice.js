#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --heap-growing-percent=20 --max-semi-space-size=4
// The flags above: V8 lets garbage pile up to several times the live heap before it collects, and reading a large cluster
// would leave the process that size for ever. Collecting earlier saves a third of the memory. And glibc keeps freed memory
// in an arena for each thread, of which one thread alone needs much: one arena saves another 7 to 17 MiB.
// Plain JavaScript that an old Node.js can read, so that it can say what is missing instead of failing on syntax.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 24;
const SELF = fileURLToPath(import.meta.url);
const ENTRY = new URL('../dist/cli/sluice.js', import.meta.url);

/** The Node.js that the dependencies of a checkout or of an installation brought along. */
function bundledNode() {
  const name = `node-${process.platform}-${process.arch}`;
  for (let folder = dirname(SELF); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name, 'bin', 'node');
    if (existsSync(path)) return path;
  }
  return undefined;
}

function refuse(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}

/** Runs this command again on another Node.js and ends as it ends. */
function runAgainOn(node) {
  const child = spawn(node, [...process.execArgv, SELF, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, SLUICE_NODE_SWITCHED: '1' },
  });
  const forward = (signal) => {
    // From a terminal, Ctrl-C reaches the child by itself.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);
  child.once('error', (error) => refuse(`sluice: ${node} could not be started: ${error.message}`));
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function start() {
  if (parseInt(process.versions.node, 10) < OLDEST_NODE) {
    const node = process.env.SLUICE_NODE_SWITCHED === undefined ? bundledNode() : undefined;
    if (node === undefined)
      return refuse(`sluice: needs Node.js ${OLDEST_NODE} or newer, this is ${process.version}. Install a newer Node.js and try again.`);
    return runAgainOn(node);
  }
  if (!existsSync(ENTRY)) return refuse('sluice: not built yet. Run `npm run setup` in the checkout first.');
  // It is not meant for the proxies that are started: they have threads of their own.
  delete process.env.MALLOC_ARENA_MAX;
  return import(ENTRY.href);
}

await start();
