/** A tree of settings as a file holds it. */
export type SettingsTree = { readonly [key: string]: unknown };

/** One source of settings, such as a file or the flags. */
export interface Layer {
  /** Shown by `config show`: `file sluice.yaml`, `environment SLUICE_BACKEND`, `flag --backend`. */
  readonly source: (path: string) => string;
  readonly tree: SettingsTree;
}

/** Settings put together, and where each value came from (by path, `listen.http`). */
export interface Merged {
  readonly tree: SettingsTree;
  readonly sources: ReadonlyMap<string, string>;
}

/** Later layers win, value by value; lists are replaced, not joined. */
export function mergeLayers(layers: readonly Layer[]): Merged {
  const sources = new Map<string, string>();
  let tree: SettingsTree = {};
  for (const layer of layers) {
    tree = mergeTree(tree, layer.tree, (path) => sources.set(path, layer.source(path)), '');
  }
  return { tree, sources };
}

function mergeTree(below: SettingsTree, above: SettingsTree, note: (path: string) => void, prefix: string): SettingsTree {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const under = below[key];
    if (isTree(value)) merged[key] = mergeTree(isTree(under) ? under : {}, value, note, path);
    else {
      merged[key] = value;
      note(path);
    }
  }
  return merged;
}

/** Whether a value is a section rather than a value of its own. */
export function isTree(value: unknown): value is SettingsTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
