import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A temporary folder of files, for tests; removed by `using`. */
export class ManifestFolder implements Disposable {
  readonly #base = mkdtempSync(join(tmpdir(), 'sluice-manifests-'));
  /** The folder; its parent is temporary as well. */
  readonly path = join(this.#base, 'manifests');

  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.path);
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  at(name: string): string {
    return join(this.path, name);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.at(name)), { recursive: true });
    writeFileSync(this.at(name), text);
  }

  [Symbol.dispose](): void {
    rmSync(this.#base, { recursive: true, force: true });
  }
}

/** A Service as YAML; `port` tells versions apart. */
export function service(name: string, port = 80): string {
  return `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  ports:\n    - port: ${port}\n`;
}
