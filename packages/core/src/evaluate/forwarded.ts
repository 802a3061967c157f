import ipaddr from 'ipaddr.js';
import type { ForwardedTrust } from '../model/settings/forwarded-trust.ts';
import type { ServingSettings } from '../model/settings/serving-settings.ts';
import { hasAddress } from './address-set.ts';
import type { HeaderEdit } from './header-edit.ts';
import type { RoutedRequest } from './request.ts';

/** The way on which a request came, as those say who are believed: binary strings. */
export interface ToldWay {
  readonly scheme: string;
  /** Host with port; absent where nobody says it. */
  readonly host?: string;
  readonly port: string;
  /** For upstreams: the addresses on the way. */
  readonly addresses: string;
}

/** The header of which all lines say addresses, the last one first; of another one the first line does (nginx `real_ip_header`). */
const LIST_HEADER = 'x-forwarded-for';

/** Whether requests are to be looked at as others say, or told to upstreams otherwise than usual. */
export function believesOthers({ peers, way, forHeader, hostHeader }: ForwardedTrust): boolean {
  return way || peers.length > 0 || forHeader !== LIST_HEADER || hostHeader !== 'x-forwarded-host';
}

/** The request as those say who are believed; the same object where nobody is. */
export function asTold(request: RoutedRequest, { forwarded, requestIds }: ServingSettings): RoutedRequest {
  const unnamed = !requestIds.generated && request.header('x-request-id') === undefined;
  if (!believesOthers(forwarded)) return unnamed ? { ...copyOf(request), requestId: '' } : request;
  const { forHeader, peers } = forwarded;
  const list = allOf(request, forHeader) ?? '';
  const addresses = forHeader === LIST_HEADER ? list : (request.header(forHeader) ?? '');
  const clientAddress = forwardedAddress(peers, request.clientAddress, addresses);
  const whole = list === '' ? request.clientAddress : `${list}, ${request.clientAddress}`;
  const told = { ...wayOf(request, forwarded.way), addresses: forwarded.wholeList ? whole : clientAddress };
  return { ...copyOf(request), clientAddress, told, ...(unnamed && { requestId: '' }) };
}

function wayOf(request: RoutedRequest, believed: boolean): Omit<ToldWay, 'addresses'> {
  const said = (name: string): string => (believed ? request.header(name) : undefined) ?? '';
  const host = /^ *([^, ]+)/.exec(said('x-forwarded-host'))?.[1];
  return {
    scheme: said('x-forwarded-proto') || (request.secure ? 'https' : 'http'),
    ...(host !== undefined && { host }),
    port: portOf(said('x-forwarded-port'), request),
  };
}

/** Requests of data planes are views with private parts: their values are copied. */
function copyOf(request: RoutedRequest): RoutedRequest {
  const { secure, port, httpsPort, method, host, target, clientAddress, draw, requestId, bodyBytes, tls } = request;
  const values = { secure, port, httpsPort, method, host, target, clientAddress, draw, requestId, bodyBytes, tls };
  return { ...values, header: (name) => request.header(name), joined: (name) => allOf(request, name) };
}

function portOf(said: string, { port, httpsPort }: RoutedRequest): string {
  if (said === '') return String(port);
  return said === String(httpsPort) ? '443' : said;
}

/** All lines of a name as one. */
function allOf(request: RoutedRequest, name: string): string | undefined {
  return request.joined === undefined ? request.header(name) : request.joined(name);
}

/**
 * The client at the far end of a list of addresses: from its end back, as long as who says it is believed and it is an address
 * (nginx `real_ip_recursive`).
 */
export function forwardedAddress(peers: readonly string[], peer: string, list: string): string {
  let address = peer;
  for (const written of list.split(/[ ,]+/).toReversed()) {
    if (written === '') continue;
    if (!hasAddress(peers, address)) break;
    const next = addressOf(written);
    if (next === undefined) break;
    address = next;
  }
  return address;
}

/** An address without its port, in its usual form. */
function addressOf(written: string): string | undefined {
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(written)?.[1] ?? /^([\d.]+):\d+$/.exec(written)?.[1] ?? written;
  const valid = ipaddr.IPv4.isValidFourPartDecimal(bare) || (bare.includes(':') && !bare.includes('%') && ipaddr.IPv6.isValid(bare));
  return valid ? ipaddr.process(bare).toString() : undefined;
}

/** What the upstream is told of the way instead of what it usually is; `request` is as told. None where nobody is believed. */
export function toldEdits(request: RoutedRequest, { forHeader, hostHeader }: ForwardedTrust): readonly HeaderEdit[] {
  const { told, clientAddress } = request;
  if (told === undefined) return [];
  return [
    ...(told.host === undefined ? [] : [line('Host', told.host), line('X-Forwarded-Host', told.host)]),
    line('X-Real-IP', clientAddress),
    line('X-Forwarded-For', told.addresses),
    line('X-Forwarded-Port', told.port),
    ...['X-Forwarded-Proto', 'X-Forwarded-Scheme', 'X-Scheme'].map((name) => line(name, told.scheme)),
    line('X-Original-Forwarded-For', allOf(request, forHeader) ?? ''),
    line('X-Original-Forwarded-Host', allOf(request, hostHeader) ?? ''),
  ];
}

function line(name: string, value: string): HeaderEdit {
  return { op: value === '' ? 'remove' : 'set', name, value };
}

/** The scheme that counts for redirects and that upstreams are told. */
export function toldScheme({ told, secure }: RoutedRequest): string {
  return told?.scheme ?? (secure ? 'https' : 'http');
}

export function toldHost({ told, host }: RoutedRequest): string {
  return told?.host ?? host;
}

export function toldPort({ told, port }: RoutedRequest): string {
  return told?.port ?? String(port);
}

/** The addresses on the way, as others are told. */
export function toldAddresses({ told, clientAddress }: RoutedRequest): string {
  return told?.addresses ?? clientAddress;
}
