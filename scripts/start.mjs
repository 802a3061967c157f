import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runChild } from './run-child.mjs';
import { setUp } from './setup.mjs';
import { ROOT } from './workspace-node.mjs';

try {
  const { node } = setUp();
  const followParent = pathToFileURL(join(ROOT, 'scripts', 'follow-parent.mjs')).href;
  const args = ['--import', followParent, join(ROOT, 'examples', 'start.ts'), ...process.argv.slice(2)];
  process.exitCode = await runChild(node, args);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
