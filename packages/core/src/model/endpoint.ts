import type { Origin } from './origin.ts';

/**
 * One peer that can answer requests of an upstream.
 * `address`: a literal IPv4 or IPv6 address (no brackets). `name`: a DNS name that the data plane resolves (ExternalName).
 */
export type Endpoint =
  | { readonly kind: 'address'; readonly address: string; readonly port: number; readonly from: Origin }
  | { readonly kind: 'name'; readonly name: string; readonly port: number; readonly from: Origin };

/** `host:port`, with brackets around IPv6: the identity of an endpoint within its upstream. */
export function endpointKey(endpoint: Endpoint): string {
  const host = endpoint.kind === 'name' ? endpoint.name : endpoint.address;
  return host.includes(':') ? `[${host}]:${endpoint.port}` : `${host}:${endpoint.port}`;
}
