/**
 * Which normalised request paths a route takes. Paths are compared as bytes: `path` holds one char per UTF-8 byte
 * (a "binary string"), as `normalizePath` returns them.
 *
 * - `exact`: the path is equal.
 * - `prefix`: the path is equal, or continues after a slash: `/foo` takes `/foo`, `/foo/` and `/foo/x` but not `/foobar`;
 *   `/foo/` takes `/foo/` and `/foo/x` but not `/foo`; `/` takes everything.
 * - `regex`: `path` is a PCRE that matches from the start of the path, or with `anywhere` at any place in it; what follows the
 *   match does not matter.
 */
export type PathMatch =
  | { readonly kind: 'exact'; readonly path: string }
  | { readonly kind: 'prefix'; readonly path: string }
  | { readonly kind: 'regex'; readonly path: string; readonly ignoreCase: boolean; readonly anywhere?: true };

/**
 * Which request hosts a virtual host takes; names are lower case without port and trailing dot.
 *
 * - `exact`: the name is equal.
 * - `wildcard`: one label of letters, digits, `_` and `-`, followed by `suffix` (which starts with a dot).
 * - `suffix`: at least one label, followed by `suffix` (which starts with a dot); nginx `server_name *.example.com`.
 * - `prefix`: `prefix` (which ends with a dot), followed by anything; nginx `server_name www.example.*`.
 * - `regex`: a PCRE is found in the name.
 * - `any`: every host that no other virtual host takes.
 */
export type HostMatch =
  | { readonly kind: 'exact'; readonly name: string }
  | { readonly kind: 'wildcard'; readonly suffix: string }
  | { readonly kind: 'suffix'; readonly suffix: string }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'regex'; readonly pattern: string }
  | { readonly kind: 'any' };
