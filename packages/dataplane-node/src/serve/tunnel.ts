import type { Exchange } from './exchange.ts';
import type { UpstreamConnection, UpstreamUser } from './upstream-connection.ts';

/** How long a tunnel that was ended waits for both sides to end as well. */
const ENDING_MS = 2000;

/**
 * Two connections that exchange bytes of another protocol after a 101 (RFC 9110 section 7.8). Each side waits for the
 * other when that is slow; a side that ends is ended on the other, which may go on sending (half-close).
 */
export class Tunnel implements UpstreamUser {
  readonly #exchange: Exchange;
  readonly #upstream: UpstreamConnection;
  readonly #readMs: number;
  #fromClientBytes = 0;
  #toClientBytes = 0;
  #upstreamEnded = false;
  #clientEnded = false;
  #ending = false;
  #over = false;

  /** `readMs`: how long it may be silent. */
  constructor(exchange: Exchange, upstream: UpstreamConnection, readMs: number) {
    this.#readMs = readMs;
    this.#exchange = exchange;
    this.#upstream = upstream;
    this.#alive();
  }

  /** The client's buffer is shared by all clients, so the bytes are copied. */
  clientBytes(bytes: Buffer, start: number, end: number): void {
    this.#alive();
    this.#fromClientBytes += end - start;
    if (!this.#upstream.wire.write(Buffer.from(bytes.subarray(start, end)))) this.#exchange.client.wire.pause();
  }

  clientFlushed(): void {
    this.#alive();
    this.#upstream.wire.resume();
  }

  clientEnded(): void {
    this.#clientEnded = true;
    this.#upstream.wire.end();
  }

  /** A client that closed in an orderly way may still have bytes on their way to the upstream. */
  clientGone(): void {
    if (this.#clientEnded) this.#upstream.wire.finish();
    else this.#upstream.discard();
    this.#finish();
  }

  upstreamConnected(): void {}

  /** The bytes stay in the upstream's own buffer until they have left: it is not read into meanwhile. */
  upstreamBytes(bytes: Buffer, start: number, end: number): void {
    this.#alive();
    this.#toClientBytes += end - start;
    if (!this.#exchange.client.wire.write(bytes.subarray(start, end))) this.#upstream.wire.pause();
  }

  upstreamFlushed(): void {
    this.#alive();
    this.#exchange.client.wire.resume();
  }

  upstreamEnded(): void {
    this.#upstreamEnded = true;
    this.#exchange.client.wire.end();
  }

  upstreamGone(): void {
    if (this.#upstreamEnded) this.#exchange.client.wire.finish();
    else this.#exchange.client.cut();
  }

  upstreamFault(error: unknown): void {
    this.#exchange.client.onFault(error);
  }

  /** The server is closing: the tunnel may stay as long as all tunnels may. */
  drain(): void {
    this.#alive();
  }

  /** The server closes, or nothing was sent either way for too long, or one side does not end. */
  onDeadline(): void {
    const { client, context } = this.#exchange;
    const nowMs = performance.now();
    if (!this.#ending && nowMs >= context.tunnelsUntilMs) {
      this.#ending = true;
      client.deadlineMs = nowMs + ENDING_MS;
      client.wire.end();
      this.#upstream.wire.end();
      return;
    }
    this.#upstream.discard();
    client.cut();
  }

  #alive(): void {
    const { client, context } = this.#exchange;
    if (!this.#ending) client.deadlineMs = Math.min(performance.now() + this.#readMs, context.tunnelsUntilMs);
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#exchange.tunnelOver(this.#fromClientBytes, this.#toClientBytes);
  }
}
