import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDefaultCertificate, GenerationFiles, makeScratchFolder } from '@sluice/core';
import type { NginxFolder } from '../apply/nginx-folder.ts';
import type { GeneratedFile } from '../render/nginx-table.ts';

/** A folder like that in which nginx runs, with nothing of it but the same relative paths. */
export interface Scratch {
  readonly path: string;
  /** Replaces nginx.conf. */
  configure(text: string): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Makes a scratch folder with the files of a generation: beside the real one, or in the folder for temporary files when that is
 * not there or not ours to write to, as in a check of manifests.
 */
export async function makeScratch(folder: NginxFolder, files: readonly GeneratedFile[]): Promise<Scratch> {
  const path = await makeScratchFolder(folder.scratch, 'nginx');
  try {
    const generation = join(path, 'generations', 'test');
    for (const name of ['run', 'temp', 'listen', 'generations/test']) await mkdir(join(path, name), { recursive: true, mode: 0o700 });
    await symlink('generations/test', join(path, 'current'));
    await symlink('current/nginx.conf', join(path, 'nginx.conf'));
    await placeDefaults(folder, join(path, 'default'));
    const writer = new GenerationFiles(generation, undefined);
    for (const file of files) await writer.write(file, false);
    return {
      path,
      configure: async (content) => {
        await rm(join(generation, 'nginx.conf'), { force: true });
        await writer.write({ path: 'nginx.conf', content: withoutListeners(content), binary: true, readers: 'master' }, false);
      },
      remove: () => rm(path, { recursive: true, force: true }),
    };
  } catch (error) {
    await rm(path, { recursive: true, force: true });
    throw error;
  }
}

/** The default certificate; where nginx was never started, one that is made for the test. */
async function placeDefaults({ defaults }: NginxFolder, path: string): Promise<void> {
  if (existsSync(join(defaults, 'tls.crt'))) return symlink(defaults, path);
  await mkdir(path, { mode: 0o700 });
  await ensureDefaultCertificate(path);
}

const LISTEN = /^(\s*listen )(?!unix:)(\S+)((?: [^;]*)?);/gm;
const KEPT = /^(?:ssl|http2|default_server|proxy_protocol)$/;

/**
 * A configuration that binds no address: `nginx -t` listens for real, which with `reuseport` would take connections away from
 * the nginx that serves. The same address is the same socket, so that duplicates stay duplicates.
 */
export function withoutListeners(text: string): string {
  const sockets = new Map<string, number>();
  return text.replace(LISTEN, (_line, start: string, address: string, options: string) => {
    const words = options.split(' ');
    // A port of TCP and one of UDP are two.
    const key = words.includes('udp') ? `udp ${address}` : address;
    const known = sockets.get(key) ?? sockets.size;
    sockets.set(key, known);
    const kept = words.filter((word) => KEPT.test(word));
    return `${start}${[`unix:listen/${known}`, ...kept].join(' ')};`;
  });
}
