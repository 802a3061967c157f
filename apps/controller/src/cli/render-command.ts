import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { countBySeverity } from '@sluice/core';
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
    else {
      await mkdir(dirname(join(out, path)), { recursive: true });
      await writeFile(join(out, path), content);
      note(`wrote ${join(out, path)}`);
    }
  }
  const { error } = countBySeverity(diagnostics);
  if (error > 0) note(`${error} errors: see sluice check`);
  return error > 0 ? 1 : 0;
}
