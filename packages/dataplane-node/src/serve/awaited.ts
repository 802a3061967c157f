import type { ProxyTimeouts } from './proxy-context.ts';

/** What an exchange waits for; the deadline of the client connection is about this. */
export type Awaited = 'gate' | 'connect' | 'request-body' | 'upstream-write' | 'upstream-read' | 'client-write' | 'drain';

/** How long it is waited for: what upstreams do is up to the timeouts of the route, the rest to those of the server. */
export function limitMs(awaited: Awaited, server: ProxyTimeouts, route: ProxyTimeouts): number {
  switch (awaited) {
    case 'connect':
      return route.connectMs;
    case 'upstream-read':
      return route.readMs;
    case 'upstream-write':
      return route.sendMs;
    case 'gate':
      return server.readMs;
    case 'request-body':
      return server.bodyMs ?? server.sendMs;
    default:
      return server.sendMs;
  }
}
