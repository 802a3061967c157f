import { accessSync, constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The oldest Node.js that runs Sluice; the scripts themselves run on Node 20. */
export const OLDEST_NODE = 24;

/** The root of the checkout. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The Node.js that runs Sluice: the one that came with the dependencies, else the one at hand if it is new enough.
 * @throws {Error} when there is neither; the message says what to install
 */
export function workspaceNode() {
  const bundled = join(ROOT, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (executable(bundled)) return bundled;
  if (Number.parseInt(process.versions.node, 10) >= OLDEST_NODE) return process.execPath;
  throw new Error(
    `Sluice needs Node.js ${OLDEST_NODE} or newer. This is ${process.version}, and the dependencies bring no Node.js for ` +
      `${process.platform}-${process.arch}. Install Node.js ${OLDEST_NODE} or newer (see .nvmrc) and run the command again.`,
  );
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
