import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { GenerationFiles, KeyMaterial, ensureDefaultCertificate, makeScratchFolder } from '@sluice/core';
import { certificateLine, certificatesList, configurationText, mapText, pemText } from '../apply/generated-texts.ts';
import { generationText } from '../apply/generation-store.ts';
import type { HaproxyFolder } from '../apply/haproxy-folder.ts';
import type { CertificateLine, HaproxyTable } from '../render/haproxy-table.ts';

/** A folder like that in which HAProxy runs, with nothing of it but the same relative paths. */
export interface Scratch {
  readonly path: string;
  /** Replaces haproxy.cfg and the list of certificates. */
  configure(table: Pick<HaproxyTable, 'frame' | 'backends' | 'certificateLines'>): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Makes a scratch folder with the files of a table: beside the real one, or in the folder for temporary files when that is not there or not
 * ours to write to, as in a check of manifests.
 */
export async function makeScratch(folder: HaproxyFolder, { maps, files, certificates }: HaproxyTable): Promise<Scratch> {
  const path = await makeScratchFolder(folder.scratch, 'haproxy');
  try {
    const generation = join(path, 'generations', 'test');
    for (const name of ['run', 'generations/test']) await mkdir(join(path, name), { recursive: true, mode: 0o700 });
    await symlink('generations/test', join(path, 'current'));
    await placeDefaults(folder, join(path, 'default'));
    const writer = new GenerationFiles(generation, undefined);
    const write = (file: string, content: string | KeyMaterial): Promise<void> =>
      writer.write({ path: file, content, binary: true, readers: 'master' }, false);
    await write('generation.cfg', generationText('test'));
    // HAProxy looks at nothing of the others.
    for (const map of maps) await write(`maps/${map.name}.map`, map.ordered ? mapText(map) : '');
    for (const { path: file, content } of files) await write(file, content);
    for (const { name, pem } of certificates) await write(`certificates/${name}.pem`, new KeyMaterial(pemText(pem)));
    return {
      path,
      configure: async (table) => {
        for (const name of ['haproxy.cfg', certificatesList]) await rm(join(generation, name), { force: true });
        await write('haproxy.cfg', configurationText(table));
        await write(certificatesList, table.certificateLines.map((line: CertificateLine) => `${certificateLine(line)}\n`).join(''));
      },
      remove: () => rm(path, { recursive: true, force: true }),
    };
  } catch (error) {
    await rm(path, { recursive: true, force: true });
    throw error;
  }
}

/** The default certificate; where HAProxy was never started, one that is made for the test. */
async function placeDefaults({ defaults }: HaproxyFolder, path: string): Promise<void> {
  if (existsSync(join(defaults, 'tls.pem'))) return symlink(defaults, path);
  await mkdir(path, { mode: 0o700 });
  await ensureDefaultCertificate(path);
}
