/**
 * Which normalised request paths a route takes. Paths are compared as bytes: `path` holds one char per UTF-8 byte
 * (a "binary string"), as `normalizePath` returns them.
 *
 * - `exact`: the path is equal.
 * - `prefix`: the path is equal, or continues after a slash: `/foo` takes `/foo`, `/foo/` and `/foo/x` but not `/foobar`;
 *   `/foo/` takes `/foo/` and `/foo/x` but not `/foo`; `/` takes everything.
 */
export type PathMatch = { readonly kind: 'exact'; readonly path: string } | { readonly kind: 'prefix'; readonly path: string };

/**
 * Which request hosts a virtual host takes; names are lower case without port and trailing dot.
 *
 * - `exact`: the name is equal.
 * - `wildcard`: one label of letters, digits, `_` and `-`, followed by `suffix` (which starts with a dot).
 * - `any`: every host that no other virtual host takes.
 */
export type HostMatch =
  | { readonly kind: 'exact'; readonly name: string }
  | { readonly kind: 'wildcard'; readonly suffix: string }
  | { readonly kind: 'any' };
