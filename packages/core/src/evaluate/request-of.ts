import type { ListeningAddresses } from '../apply/dataplane.ts';
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
  /** The usual ports when absent. A URL with the port of a listener comes through that one, any other through the first. */
  readonly listening?: ListeningAddresses;
}

/** Of what is decided by chance only what always happens, happens to a written request. */
const LAST_DRAW = 1 - Number.EPSILON;

/** A request that is not sent has no number. */
const NO_REQUEST_ID = '0'.repeat(32);

const HTTPS_PORT = 443;

type Ports = Pick<RoutedRequest, 'port' | 'httpsPort'>;

interface UrlParts {
  readonly secure: boolean;
  /** As written, or the usual one. */
  readonly port: number;
  /** With port, without user information. */
  readonly authority: string;
  /** Path and query as written. */
  readonly target: string;
}

/**
 * The request that a client sends for a URL: path and query as written (dots, slashes and escapes are kept; only what
 * cannot stand in a request line is escaped). Undefined when it is not an http or https URL.
 */
export function requestOf({
  url,
  method = 'GET',
  headers = [],
  clientAddress = '127.0.0.1',
  listening,
}: WrittenRequest): RoutedRequest | undefined {
  const parts = takeApart(url);
  if (parts === undefined) return undefined;
  const header = headerReader(headers);
  return {
    secure: parts.secure,
    ...portsOf(parts, listening),
    method,
    host: header('host') ?? asciiHost(parts.authority),
    target: escapeTarget(parts.target),
    clientAddress,
    draw: LAST_DRAW,
    requestId: header('x-request-id') || NO_REQUEST_ID,
    bodyBytes: Number(/^\d+$/.exec(header('content-length') ?? '')?.[0] ?? 0),
    header,
    joined: joinedReader(headers),
  };
}

function portsOf({ secure, port }: UrlParts, { http, https }: ListeningAddresses = { http: [], https: [] }): Ports {
  const came = http.some((listener) => listener.port === port) ? port : (http[0]?.port ?? port);
  return { port: secure ? HTTPS_PORT : came, httpsPort: https[0]?.port ?? HTTPS_PORT };
}

function takeApart(url: string): UrlParts | undefined {
  const [, scheme = '', authority = '', rest = ''] = /^(https?):\/\/([^/?#\s]*)([^#]*)/i.exec(url.trim()) ?? [];
  if (authority === '') return undefined;
  const secure = scheme.toLowerCase() === 'https';
  return {
    secure,
    port: secure ? HTTPS_PORT : Number(/:(\d{1,5})$/.exec(authority)?.[1] ?? 80),
    authority: authority.slice(authority.lastIndexOf('@') + 1),
    target: rest.startsWith('/') ? rest : `/${rest}`,
  };
}

/** Of several lines with one name the first counts, of Host lines the last; cookies are joined. */
function headerReader(headers: readonly string[]): RoutedRequest['header'] {
  const lines = headers.map((line) => {
    const colon = line.indexOf(':');
    return { name: line.slice(0, Math.max(colon, 0)).trim().toLowerCase(), value: line.slice(colon + 1).trim() };
  });
  return (name) => {
    const values = lines.filter((line) => line.name === name).map(({ value }) => value);
    if (name === 'cookie' && values.length > 1) return values.join('; ');
    return name === 'host' ? values.at(-1) : values[0];
  };
}

/** All lines of a name as one. */
function joinedReader(headers: readonly string[]): (name: string) => string | undefined {
  return (name) => {
    const values = headers.flatMap((line) => {
      const colon = line.indexOf(':');
      return line.slice(0, Math.max(colon, 0)).trim().toLowerCase() === name ? [line.slice(colon + 1).trim()] : [];
    });
    return values.length === 0 ? undefined : values.filter((value) => value !== '').join(', ');
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
