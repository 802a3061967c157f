import { defaultServing } from '@sluice/core';
import type { ServingSettings } from '@sluice/core';
import { line } from '../render/line.ts';
import type { Line } from '../render/line.ts';
import type { BoundAddress, Deployment } from './deployment.ts';
import { transportWords } from './transport-security.ts';

/** All of IPv6 and all of IPv4 are two sockets: an address of IPv4 is not to look like one of IPv6. */
export function binds(
  deployment: Deployment,
  { clients: { http2 }, proxyProtocol, transportSecurity }: ServingSettings = defaultServing,
): readonly Line[] {
  const accept = proxyProtocol.peers === undefined ? [] : ['accept-proxy'];
  const { http, https } = deployment;
  const secure = [
    'ssl',
    'crt-list',
    'current/certificates.list',
    'alpn',
    http2 ? 'h2,http/1.1' : 'http/1.1',
    'ca-ignore-err',
    'all',
    'crt-ignore-err',
    'all',
    ...transportWords(transportSecurity),
  ];
  return [
    ...http.flatMap((one) => addressesOf(one, deployment)).map((address) => line('bind', ...address, ...accept)),
    ...https.flatMap((one) => addressesOf(one, deployment)).map((address) => line('bind', ...address, ...accept, ...secure)),
  ];
}

/** What follows `bind` for an address, one socket each. */
export function addressesOf({ host, port }: BoundAddress, { ipv6 }: Deployment): readonly (readonly string[])[] {
  if (host !== '') return [[host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`]];
  return [[`0.0.0.0:${port}`], ...(ipv6 ? [[`:::${port}`, 'v6only']] : [])];
}
