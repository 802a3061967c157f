import { access, constants, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let made = 0;

/**
 * Makes an empty folder for a test: in `scratch`, or in the folder for temporary files when that is not there or not ours to write to, as in
 * a check of manifests. `program` names it there.
 */
export async function makeScratchFolder(scratch: string, program: string): Promise<string> {
  const path = join(scratch, `${process.pid}-${made++}`);
  try {
    await access(scratch, constants.W_OK);
    await mkdir(path, { mode: 0o700 });
    return path;
  } catch {
    return mkdtemp(join(tmpdir(), `sluice-${program}-`));
  }
}
