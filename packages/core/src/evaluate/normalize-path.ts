const PERCENT = 0x25;
const SLASH = 0x2f;
const DOT = 0x2e;

/** A request target taken apart. `path` is still as sent; `query` includes the question mark, or is empty. */
export interface TargetParts {
  readonly path: string;
  readonly query: string;
}

/** Splits an origin-form target at its query; a fragment is not part of either (RFC 9112 section 3.2 does not allow one, nginx cuts it off). */
export function splitTarget(target: string): TargetParts {
  const query = target.indexOf('?');
  const hash = target.indexOf('#');
  if (hash < 0) return query < 0 ? { path: target, query: '' } : { path: target.slice(0, query), query: target.slice(query) };
  return splitTarget(target.slice(0, hash));
}

/**
 * The path that routing looks at: percent-decoded, repeated slashes merged, `.` and `..` resolved, in that order, so that
 * an encoded slash or dot counts like a plain one. The upstream still gets the path as sent.
 * Undefined for what is answered 400: no leading slash, `%` without two hex digits, `%00`, more `..` than segments.
 * Same results as nginx's `ngx_http_parse_complex_uri` with `merge_slashes on`.
 */
export function normalizePath(path: string): string | undefined {
  if (path.charCodeAt(0) !== SLASH) return undefined;
  if (isNormal(path)) return path;
  const decoded = path.includes('%') ? decodePath(path) : path;
  return decoded === undefined ? undefined : resolveSegments(decoded);
}

function isNormal(path: string): boolean {
  let previous = 0;
  for (let index = 0; index < path.length; index++) {
    const code = path.charCodeAt(index);
    if (code === PERCENT) return false;
    if (previous === SLASH && (code === SLASH || code === DOT)) return false;
    previous = code;
  }
  return true;
}

function decodePath(path: string): string | undefined {
  let decoded = '';
  let copied = 0;
  for (let at = path.indexOf('%'); at >= 0; at = path.indexOf('%', copied)) {
    const hex = path.slice(at + 1, at + 3);
    if (!/^[0-9a-f]{2}$/i.test(hex) || hex === '00') return undefined;
    decoded += path.slice(copied, at) + String.fromCharCode(Number.parseInt(hex, 16));
    copied = at + 3;
  }
  return decoded + path.slice(copied);
}

function resolveSegments(path: string): string | undefined {
  const resolved: string[] = [];
  const segments = path.slice(1).split('/');
  for (const segment of segments) {
    if (segment === '..') {
      if (resolved.pop() === undefined) return undefined;
    } else if (segment !== '' && segment !== '.') {
      resolved.push(segment);
    }
  }
  const last = segments.at(-1);
  const openEnded = resolved.length > 0 && (last === '' || last === '.' || last === '..');
  return `/${resolved.join('/')}${openEnded ? '/' : ''}`;
}
