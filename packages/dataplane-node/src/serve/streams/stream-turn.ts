import type { Endpoint } from '@sluice/core';

/** Whose turn it is among the endpoints of a stream. It starts with any, so that several proxies do not all begin with the first. */
export class StreamTurn {
  #next = Math.floor(Math.random() * 1024);

  /** The endpoints in the order in which a connection tries them. */
  order(endpoints: readonly Endpoint[]): readonly Endpoint[] {
    const first = this.#next++ % Math.max(1, endpoints.length);
    return [...endpoints.slice(first), ...endpoints.slice(0, first)];
  }
}
