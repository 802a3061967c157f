import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { generatedDocs } from './generated-docs.mjs';
import { ROOT } from './workspace-node.mjs';

for (const { path, text } of await generatedDocs()) {
  writeFileSync(path, text);
  console.error(`wrote ${relative(ROOT, path)}`);
}
