import type { RoutedRequest } from './request.ts';

/** A request as a person writes it down. */
export interface WrittenRequest {
  readonly url: string;
  /** GET when absent. */
  readonly method?: string;
  /** `Name: value` each; a Host header replaces the URL's. */
  readonly headers?: readonly string[];
  /** Address of the client; 127.0.0.1 when absent. */
  readonly clientAddress?: string;
}

/** Of what is decided by chance only what always happens, happens to a written request. */
const LAST_DRAW = 1 - Number.EPSILON;

/**
 * The request that a client sends for a URL: path and query as written (dots, slashes and escapes are kept; only what
 * cannot stand in a request line is escaped). Undefined when it is not an http or https URL.
 */
export function requestOf({ url, method = 'GET', headers = [], clientAddress = '127.0.0.1' }: WrittenRequest): RoutedRequest | undefined {
  const match = /^(https?):\/\/([^/?#\s]*)([^#]*)/i.exec(url.trim());
  const [, scheme, authority, rest] = match ?? [];
  if (scheme === undefined || authority === undefined || rest === undefined || authority === '') return undefined;
  const lines = headers.map((header) => /^([^:]*?)\s*:\s*(.*?)\s*$/s.exec(header) ?? []);
  const valueOf = (name: string) => lines.find(([, written]) => written?.toLowerCase() === name)?.[2];
  const given = lines.findLast(([, written]) => written?.toLowerCase() === 'host')?.[2];
  const target = rest.startsWith('/') ? rest : `/${rest}`;
  const secure = scheme.toLowerCase() === 'https';
  return {
    secure,
    port: secure ? 443 : Number(/:(\d{1,5})$/.exec(authority)?.[1] ?? 80),
    method,
    host: given ?? asciiHost(authority.slice(authority.lastIndexOf('@') + 1)),
    target: escapeTarget(target),
    clientAddress,
    draw: LAST_DRAW,
    header: valueOf,
  };
}

/** International names as clients send them (`bücher.test` as `xn--bcher-kva.test`); everything else as written. */
function asciiHost(authority: string): string {
  const ascii = /^[\x21-\x7e]*$/.test(authority);
  return ascii ? authority : (URL.parse(`http://${authority}`)?.host ?? authority);
}

/** Blanks, control characters and everything beyond ASCII as UTF-8 escapes, as browsers and curl send them. */
function escapeTarget(target: string): string {
  return target.replace(/[^\x21-\x7e]/gu, (char) =>
    [...Buffer.from(char, 'utf8')].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
