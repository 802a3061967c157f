import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder for one test, removed with everything in it. */
export class TemporaryFolder {
  readonly path: string;

  constructor() {
    this.path = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-e2e-')));
  }

  at(...parts: readonly string[]): string {
    return join(this.path, ...parts);
  }

  /** Writes a file and the folders above it. Returns its path. */
  write(name: string, content: string): string {
    const path = this.at(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** Writes objects as the documents of one manifest; it appears at its place at once, never half-written. */
  writeObjects(name: string, objects: readonly unknown[]): void {
    const path = this.at(name);
    mkdirSync(dirname(path), { recursive: true });
    // A name that starts with a dot is no manifest.
    const draft = join(dirname(path), `.draft-${Date.now()}`);
    writeFileSync(draft, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
    renameSync(draft, path);
  }

  rename(from: string, to: string): void {
    renameSync(this.at(from), this.at(to));
  }

  delete(name: string): void {
    rmSync(this.at(name), { recursive: true, force: true });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
