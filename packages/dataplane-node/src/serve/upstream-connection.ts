import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { isOwnAddress, messageOf } from '@sluice/core';
import type { Endpoint } from '@sluice/core';
import { ByteWriter } from './byte-writer.ts';
import type { Deadlined } from './deadline-sweep.ts';
import { lookupEndpoint } from './endpoint-address.ts';
import type { UpstreamPool } from './upstream-pool.ts';
import type { UpstreamTlsOptions } from './upstream-tls-options.ts';
import { Wire } from './wire.ts';
import type { WireOwner } from './wire.ts';

const READ_BYTES = 65_536;
/** Space in front of the read bytes: a rewritten head goes there, so that head and body leave in one write without copies. */
const HEADROOM_BYTES = 1024;
const REQUEST_BYTES = 2048;
/** A buffer that an unusual request has made larger than this is not kept. */
const MAX_KEPT_BYTES = 32_768;

/** Who uses an upstream connection at the moment. */
export interface UpstreamUser {
  upstreamConnected(): void;
  upstreamBytes(bytes: Buffer, start: number, end: number): void;
  upstreamEnded(): void;
  upstreamFlushed(): void;
  upstreamGone(): void;
  /** One of the others threw; the connection is closed already. Must not throw. */
  upstreamFault(error: unknown): void;
}

/** One keep-alive connection to an endpoint: at any time used by one exchange, or idle in its pool. */
export class UpstreamConnection implements WireOwner, Deadlined {
  readonly pool: UpstreamPool;
  readonly wire: Wire;
  /** What was sent of the current request, kept to be sent again on another connection. */
  request = new ByteWriter(REQUEST_BYTES);
  /** With TLS: the handshake is over too. */
  connected = false;
  /** Bytes have come since it was taken. */
  answered = false;
  deadlineMs = Infinity;
  /** That it was used for so far. */
  requests = 0;
  readonly openedMs = performance.now();
  #user: UpstreamUser | undefined;

  /** Throws when the endpoint is none that can be connected to, such as port 70000. */
  constructor(pool: UpstreamPool, endpoint: Endpoint, tls?: UpstreamTlsOptions) {
    this.pool = pool;
    const slab = Buffer.allocUnsafeSlow(HEADROOM_BYTES + READ_BYTES);
    const onread = {
      buffer: slab.subarray(HEADROOM_BYTES),
      callback: (count: number) => this.wire.received(slab, HEADROOM_BYTES, HEADROOM_BYTES + count),
    };
    this.wire = new Wire(open(endpoint, onread, tls), tls !== undefined);
    this.wire.attach(this);
    this.wire.socket.once(tls === undefined ? 'connect' : 'secureConnect', () => this.#onConnect());
    if (endpoint.kind === 'name' && isIP(endpoint.name) !== 0 && isOwnAddress(endpoint.name)) this.wire.destroy();
  }

  #onConnect(): void {
    this.connected = true;
    try {
      this.#user?.upstreamConnected();
    } catch (error) {
      this.onFault(error);
    }
  }

  /** Hands it to an exchange. */
  use(user: UpstreamUser): void {
    this.#user = user;
    this.requests++;
    this.answered = false;
    this.deadlineMs = Infinity;
  }

  /** Nobody is told anything any more. */
  detach(): void {
    this.#user = undefined;
  }

  /** Gives back memory that only an unusual request needed. */
  trim(): void {
    if (this.request.buffer.length > MAX_KEPT_BYTES) this.request = new ByteWriter(REQUEST_BYTES);
  }

  /** Closes it for good; its user is not told. */
  discard(): void {
    this.#user = undefined;
    this.wire.destroy();
  }

  onBytes(bytes: Buffer, start: number, end: number): void {
    // An idle connection has nothing to say: what comes then would be taken for the answer to the next request.
    if (this.#user === undefined) {
      this.wire.destroy();
      return;
    }
    this.answered = true;
    this.#user.upstreamBytes(bytes, start, end);
  }

  onEnd(): void {
    if (this.#user === undefined) this.wire.destroy();
    else this.#user.upstreamEnded();
  }

  onFlushed(): void {
    this.#user?.upstreamFlushed();
  }

  onGone(): void {
    this.pool.forget(this);
    const user = this.#user;
    this.#user = undefined;
    user?.upstreamGone();
  }

  onDeadline(): void {
    this.deadlineMs = Infinity;
    this.discard();
  }

  onFault(error: unknown): void {
    const user = this.#user;
    this.discard();
    if (user === undefined) this.pool.logger.error('closing an idle upstream connection failed', { error: messageOf(error) });
    else user.upstreamFault(error);
  }
}

interface ReadInto {
  readonly buffer: Buffer;
  readonly callback: (count: number) => boolean;
}

function open(endpoint: Endpoint, onread: ReadInto, tls: UpstreamTlsOptions | undefined): Socket {
  const common = { port: endpoint.port, noDelay: true, allowHalfOpen: true, onread };
  const to = endpoint.kind === 'address' ? { host: endpoint.address } : { host: endpoint.name, lookup: lookupEndpoint };
  return tls === undefined ? connect({ ...common, ...to }) : connectTls({ ...common, ...to, ...tls });
}
