import type { RoutedRequest } from './request.ts';

/** A request as a person writes it down. */
export interface WrittenRequest {
  readonly url: string;
  /** GET when absent. */
  readonly method?: string;
  /** `Name: value` each; a Host header replaces the URL's. */
  readonly headers?: readonly string[];
}

/**
 * The request that a client sends for a URL: path and query as written (dots, slashes and escapes are kept; only what
 * cannot stand in a request line is escaped). Undefined when it is not an http or https URL.
 */
export function requestOf({ url, headers = [] }: WrittenRequest): RoutedRequest | undefined {
  const match = /^(https?):\/\/([^/?#\s]*)([^#]*)/i.exec(url.trim());
  const [, scheme, authority, rest] = match ?? [];
  if (scheme === undefined || authority === undefined || rest === undefined || authority === '') return undefined;
  const given = headers.map((header) => /^host\s*:\s*(.*?)\s*$/i.exec(header)?.[1]).findLast((value) => value !== undefined);
  const target = rest.startsWith('/') ? rest : `/${rest}`;
  return {
    secure: scheme.toLowerCase() === 'https',
    host: given ?? asciiHost(authority.slice(authority.lastIndexOf('@') + 1)),
    target: escapeTarget(target),
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
