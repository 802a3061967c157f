import type { SecureContext } from 'node:tls';
import type { ClientAuth } from '@sluice/core';
import type { ProxyContext } from './proxy-context.ts';
import type { TlsChoices } from './tls-listener.ts';

/** What the generation that is served now has for the names that clients ask for by SNI; empty for none. */
export class ServedNames implements TlsChoices {
  readonly #context: ProxyContext;

  constructor(context: ProxyContext) {
    this.#context = context;
  }

  secureContextFor(serverName: string): SecureContext | undefined {
    return this.#context.generation?.secureContextFor(serverName);
  }

  /** What the host of a name demands of its clients. */
  authOf(serverName: string): ClientAuth | undefined {
    return serverName === '' ? undefined : this.#context.generation?.routes.hostOf(serverName)?.clientAuth;
  }

  /** Whether the host of a name wants a client certificate. */
  asksFor(serverName: string): boolean {
    const auth = this.authOf(serverName);
    return auth?.kind === 'verify' && auth.mode !== 'off';
  }

  /** A name that no host has, or none, where such are refused. */
  refuses(serverName: string): boolean {
    const routes = this.#context.generation?.routes;
    if (routes?.settings.transportSecurity.refusesUnknownNames !== true) return false;
    return (routes.hostOf(serverName)?.match.kind ?? 'any') === 'any';
  }
}
