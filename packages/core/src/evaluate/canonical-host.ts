/**
 * The name that virtual hosts are looked up by: lower case, without port and one trailing dot.
 * Undefined for a Host header that is answered 400: nothing before the port, two dots in a row, a slash, a blank or a
 * control character. Same results as nginx's `ngx_http_validate_host`.
 */
export function canonicalHost(header: string): string | undefined {
  const literalEnd = header.startsWith('[') ? header.indexOf(']') + 1 : 0;
  const colon = header.indexOf(':', literalEnd);
  const name = colon < 0 ? header : header.slice(0, colon);
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  // eslint-disable-next-line no-control-regex -- control characters are what this refuses
  if (bare === '' || /[/\x00-\x20\x7f]|\.\./.test(header)) return undefined;
  return bare.toLowerCase();
}

/** The Host header without its port, otherwise as sent; for `Location` headers that keep the client's spelling. */
export function hostWithoutPort(header: string): string {
  const literalEnd = header.startsWith('[') ? header.indexOf(']') + 1 : 0;
  const colon = header.indexOf(':', literalEnd);
  return colon < 0 ? header : header.slice(0, colon);
}
