import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Endpoint, StreamService } from '@sluice/core';
import { lookupEndpoint } from '../endpoint-address.ts';
import { plainAddress } from '../plain-address.ts';
import { readProxyHeader, writeProxyHeader } from '../proxy-header.ts';
import type { ProxiedAddresses } from '../proxy-header.ts';
import type { StreamOptions } from './stream-options.ts';

/** What a connection needs to know when it comes. */
export interface RelayParts {
  readonly stream: StreamService;
  /** In the order of tries. */
  readonly endpoints: readonly Endpoint[];
  readonly options: StreamOptions;
  readonly over: () => void;
}

/**
 * A connection of a client and one to an endpoint that exchange bytes. The slower side is waited for; a side that ends is ended on the other, which
 * may go on sending. A failure on one side resets the other.
 */
export class TcpRelay {
  readonly #client: Socket;
  readonly #parts: RelayParts;
  #upstream: Socket | undefined;
  #addresses: ProxiedAddresses | undefined;
  /** Ends it when nothing happens. */
  #timer: NodeJS.Timeout;
  #over = false;

  constructor(client: Socket, parts: RelayParts) {
    this.#client = client;
    this.#parts = parts;
    const { options, stream } = parts;
    this.#timer = setTimeout(() => this.cut(), stream.acceptProxy ? options.headerMs : options.times.idleMs);
    client.on('error', () => this.#failed()).on('close', () => this.#clientGone());
    if (stream.acceptProxy) {
      client.once('end', () => void (this.#upstream === undefined && this.cut()));
      this.#readHeader(Buffer.alloc(0));
    } else this.#connect(parts.endpoints.slice(0, parts.options.times.tries));
  }

  /** Whoever is still there learns that it was no orderly end. */
  #failed(): void {
    if (this.#over) return;
    this.#client.resetAndDestroy();
    this.#upstream?.resetAndDestroy();
    this.cut();
  }

  /** Ends both connections without further words. */
  cut(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#client.destroy();
    this.#upstream?.destroy();
    this.#parts.over();
  }

  #clientGone(): void {
    if (this.#upstream === undefined || !this.#client.readableEnded) this.cut();
    else this.#checkEnd();
  }

  /** Both have said everything, and everything has been told. */
  #checkEnd(): void {
    if (this.#client.closed && (this.#upstream?.closed ?? true)) this.cut();
  }

  #readHeader(before: Buffer): void {
    this.#client.once('readable', () => {
      const chunk: Buffer | null = this.#client.read();
      // What has ended here ends below.
      if (chunk === null) return this.#readHeader(before);
      const bytes = Buffer.concat([before, chunk]);
      const header = readProxyHeader(bytes);
      if (header.kind === 'invalid') return this.cut();
      if (header.kind === 'more') return this.#readHeader(bytes);
      this.#addresses = header.addresses;
      if (bytes.length > header.length) this.#client.unshift(bytes.subarray(header.length));
      this.#connect(this.#parts.endpoints.slice(0, this.#parts.options.times.tries));
    });
  }

  #connect([endpoint, ...more]: readonly Endpoint[]): void {
    if (this.#over) return;
    if (endpoint === undefined) return this.cut();
    const { port, kind } = endpoint;
    const upstream = connect({
      port,
      allowHalfOpen: true,
      noDelay: true,
      ...(kind === 'address' ? { host: endpoint.address } : { host: endpoint.name, lookup: lookupEndpoint }),
    });
    this.#upstream = upstream;
    const next = (): void => {
      clearTimeout(late);
      upstream
        .removeAllListeners()
        .on('error', () => undefined)
        .destroy();
      this.#connect(more);
    };
    const late = setTimeout(next, this.#parts.options.connectMs);
    upstream.once('error', next).once('close', () => clearTimeout(late));
    upstream.once('connect', () => {
      clearTimeout(late);
      upstream.off('error', next).on('error', () => this.#failed());
      if (!this.#over) this.#join(upstream);
    });
  }

  #join(upstream: Socket): void {
    const { options, stream } = this.#parts;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.cut(), options.times.idleMs);
    upstream.on('close', () => (upstream.readableEnded ? this.#checkEnd() : this.cut()));
    for (const socket of [this.#client, upstream]) socket.on('data', () => void this.#timer.refresh());
    for (const socket of [this.#client, upstream]) socket.on('drain', () => void this.#timer.refresh());
    if (stream.sendProxy) upstream.write(writeProxyHeader(this.#addresses ?? addressesOf(this.#client)));
    this.#client.pipe(upstream);
    upstream.pipe(this.#client);
  }
}

function addressesOf({ remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 }: Socket): ProxiedAddresses {
  return {
    sourceAddress: plainAddress(remoteAddress),
    sourcePort: remotePort,
    destinationAddress: plainAddress(localAddress),
    destinationPort: localPort,
  };
}
