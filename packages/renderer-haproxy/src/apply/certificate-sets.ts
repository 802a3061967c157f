import { readdirSync, rmSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GenerationFiles, HALF_MADE, KeyMaterial, syncFolder } from '@sluice/core';
import type { ServedCertificate } from '../render/haproxy-table.ts';
import { digestOf, pemText } from './generated-texts.ts';

/** What was made last: the same files need not be written again. */
interface Made {
  readonly name: string;
  readonly fingerprints: ReadonlyMap<string, string>;
}

/** Folders of certificates, which generations share: with thousands of them, a generation for other endpoints costs nothing of theirs. */
export class CertificateSets {
  readonly #folder: string;
  #drafts = 0;
  #last: Made | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder of some certificates unless it is there, and gives its name: equal for equal ones. */
  async make(certificates: readonly ServedCertificate[]): Promise<string> {
    const fingerprints = new Map(certificates.map(({ name, pem }) => [name, pem.fingerprint]));
    const name = digestOf(JSON.stringify([...fingerprints])).slice(0, 40);
    const path = join(this.#folder, name);
    if (!(await isThere(path))) {
      const draft = join(this.#folder, `${HALF_MADE}${name}-${process.pid}-${this.#drafts++}`);
      try {
        await this.#fill(draft, certificates);
        await rename(draft, path);
        await syncFolder(this.#folder);
      } catch (error) {
        await rm(draft, { recursive: true, force: true }).catch(() => undefined);
        throw error;
      }
    }
    this.#last = { name, fingerprints };
    return name;
  }

  /** Removes every folder but those named. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of readdirSync(this.#folder))
      if (!names.has(name) && !name.startsWith('.')) rmSync(join(this.#folder, name), { recursive: true, force: true });
  }

  async #fill(draft: string, certificates: readonly ServedCertificate[]): Promise<void> {
    await mkdir(draft, { mode: 0o700 });
    const writer = new GenerationFiles(draft, undefined);
    const last = this.#last;
    for (const { name, pem } of certificates) {
      const path = `${name}.pem`;
      const isSame = last !== undefined && last.fingerprints.get(name) === pem.fingerprint;
      if (isSame && (await writer.link(join(this.#folder, last.name), path))) continue;
      await writer.write({ path, content: new KeyMaterial(pemText(pem)), readers: 'master' }, true);
    }
    await writer.sync();
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
