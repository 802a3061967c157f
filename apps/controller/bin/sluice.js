#!/usr/bin/env node
// Starts the command line with a Node that is new enough: this one, or the workspace's own package.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const MINIMUM = 24;

function ownNode() {
  try {
    return createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/bin/node`);
  } catch {
    return undefined;
  }
}

if (Number.parseInt(process.versions.node, 10) >= MINIMUM) {
  await import(new URL('../dist/cli/sluice.js', import.meta.url).href);
} else {
  const node = ownNode();
  if (node === undefined) {
    console.error(`sluice needs Node.js ${MINIMUM} or newer, this is ${process.version}`);
    process.exitCode = 2;
  } else {
    const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    child.on('exit', (status) => (process.exitCode = status ?? 1));
  }
}
