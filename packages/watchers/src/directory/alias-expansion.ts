/** Most values that a document may have once its aliases are written out. */
const MAX_VALUES = 1_000_000;

/** Deepest nesting that a document may have once its aliases are written out. The parser's own limit leaves aliases out. */
const MAX_DEPTH = 200;

interface Extent {
  readonly values: number;
  readonly depth: number;
}

const scalar: Extent = { values: 1, depth: 1 };

/**
 * Whether a parsed document can be walked as if it were a tree: aliases share what they name, so a few lines may stand for
 * billions of values ("billion laughs") or for themselves. Returns what is wrong, or undefined. Linear in the size of the text.
 */
export function aliasProblem(document: unknown): string | undefined {
  const known = new Map<object, Extent | 'open'>();
  const measure = (value: unknown): Extent => {
    if (typeof value !== 'object' || value === null) return scalar;
    const seen = known.get(value);
    if (seen === 'open') throw new AliasError('an alias stands for a value that contains it');
    if (seen !== undefined) return seen;
    known.set(value, 'open');
    let [values, depth] = [1, 0];
    for (const child of Object.values(value)) {
      const extent = measure(child);
      values += extent.values;
      depth = Math.max(depth, extent.depth);
    }
    if (values > MAX_VALUES) throw new AliasError(`aliases stand for more than ${MAX_VALUES} values`);
    if (depth >= MAX_DEPTH) throw new AliasError(`aliases nest more than ${MAX_DEPTH} levels deep`);
    const extent = { values, depth: depth + 1 };
    known.set(value, extent);
    return extent;
  };
  try {
    measure(document);
    return undefined;
  } catch (error) {
    if (error instanceof AliasError) return error.message;
    throw error;
  }
}

class AliasError extends Error {}
