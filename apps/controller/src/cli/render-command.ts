import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SluiceError, countBySeverity, messageOf } from '@sluice/core';
import type { Settings } from '../settings/load-settings.ts';
import { modelOfManifests } from './manifest-model.ts';
import { note, print } from './terminal.ts';
import type { ExitStatus } from './terminal.ts';

/** `sluice render`: prints or writes what the backend would load; key material is never in it. 1 when the manifests have errors. */
export async function render(paths: readonly string[], settings: Settings, out: string | undefined): Promise<ExitStatus> {
  const { artifact, diagnostics } = await modelOfManifests(paths, settings);
  const files = artifact.files();
  for (const { path, content } of files) {
    if (out === undefined) print(files.length > 1 ? `# ${path}\n${content}` : content);
    else await write(join(out, path), content);
  }
  const { error } = countBySeverity(diagnostics);
  if (error > 0) note(`${error} errors: see sluice check`);
  return error > 0 ? 1 : 0;
}

async function write(path: string, content: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  } catch (error) {
    throw new SluiceError('SLU3004', `cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
  note(`wrote ${path}`);
}
