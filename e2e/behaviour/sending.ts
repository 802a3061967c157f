import type { KeyPair } from '../certificates.ts';
import type { Ports } from '../running-sluice.ts';
import type { CaseRequest } from './case-schema.ts';
import { send, sendHttp2 } from './wire.ts';
import type { Outcome, Sending } from './wire.ts';

/** Where the requests of a file go and what they show. */
export interface Client {
  readonly ports: Ports;
  readonly certificates: ReadonlyMap<string, KeyPair>;
}

export interface WrittenUrl {
  readonly secure: boolean;
  readonly authority: string;
  readonly target: string;
}

/** Sends a request of a case once. `cookies` is the value of the Cookie header. */
export async function sendRequest(client: Client, request: CaseRequest, cookies?: string): Promise<Outcome> {
  const url = writtenUrl(request);
  const headers = headersOf(request, url, cookies);
  const sending = {
    ...wayOf(client, request, url),
    bytes: request.raw ?? bytesOf(request, url.target, headers),
    bodyless: request.method === 'HEAD',
  };
  if (request.http !== '2') return send(sending);
  const plain = headers.filter(([name]) => name !== 'Host').map(([name, value]) => [name.toLowerCase(), value]);
  const pseudo = { ':method': request.method, ':scheme': 'https', ':authority': request.host ?? url.authority, ':path': url.target };
  return sendHttp2(sending, { ...pseudo, ...Object.fromEntries(plain) }, bodyOf(request));
}

/** Where a request goes; the target as written. */
export function writtenUrl({ url, raw, over }: CaseRequest): WrittenUrl {
  const [, scheme = over, authority = '', target = ''] = /^(https?):\/\/([^/?#]*)(.*)$/s.exec(url ?? '') ?? [];
  if (url === undefined && raw === undefined) throw new Error('a request needs a url or raw bytes');
  return { secure: scheme === 'https', authority, target: target === '' ? '/' : target };
}

function wayOf(
  { ports, certificates }: Client,
  { from, sni, certificate }: CaseRequest,
  { secure, authority }: WrittenUrl,
): Omit<Sending, 'bytes' | 'bodyless'> {
  const pair = certificate === undefined ? undefined : certificates.get(certificate);
  if (certificate !== undefined && pair === undefined) throw new Error(`the file has no certificate ${certificate}`);
  if (!secure) return { port: ports.http, from };
  return { port: ports.https, from, serverName: sni ?? authority.replace(/:\d*$/, ''), ...(pair !== undefined && { certificate: pair }) };
}

/** The header lines of a request, without those that frame its body. */
export function headersOf(
  { host, headers, user }: CaseRequest,
  { authority }: WrittenUrl,
  cookies: string | undefined,
): (readonly [string, string])[] {
  const written = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => [name, one] as const));
  return [
    ['Host', host ?? authority],
    ...written,
    ...(user === undefined ? [] : [['Authorization', `Basic ${Buffer.from(user).toString('base64')}`] as const]),
    ...(cookies === undefined || cookies === '' ? [] : [['Cookie', cookies] as const]),
  ];
}

function bodyOf({ body, bodyBytes }: CaseRequest): string {
  return body ?? 'x'.repeat(bodyBytes ?? 0);
}

function bytesOf(request: CaseRequest, target: string, headers: readonly (readonly [string, string])[]): string {
  const body = bodyOf(request);
  const counted = request.body !== undefined || request.bodyBytes !== undefined;
  const framing = framingOf(request.chunked, counted ? body.length : undefined);
  const lines = [...headers.map(([name, value]) => `${name}: ${value}`), ...framing].join('\r\n');
  const sent = request.chunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
  // Targets are written in UTF-8 and sent as its bytes.
  return `${request.method} ${Buffer.from(target).toString('latin1')} HTTP/${request.http}\r\n${lines}\r\n\r\n${sent}`;
}

function framingOf(chunked: boolean, length: number | undefined): readonly string[] {
  if (chunked) return ['Transfer-Encoding: chunked'];
  return length === undefined ? [] : [`Content-Length: ${length}`];
}
