import { messageOf, streamName } from '@sluice/core';
import type { StreamService } from '@sluice/core';
import type { StreamOptions } from './stream-options.ts';
import type { StreamPort } from './stream-port.ts';
import { TcpPort } from './tcp-port.ts';
import { UdpPort } from './udp-port.ts';

/** The open ports of streams. A change opens and closes ports and leaves connections alone. */
export class OpenStreams {
  readonly #options: StreamOptions;
  readonly #open = new Map<string, StreamPort>();
  /** Closed ports whose connections go on. */
  readonly #left = new Set<StreamPort>();

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  isOpen(stream: StreamService): boolean {
    return this.#open.has(streamName(stream));
  }

  /** Connections and sessions that go on. */
  get size(): number {
    return [...this.#open.values(), ...this.#left].reduce((sum, { size }) => sum + size, 0);
  }

  /** Makes these the streams that are served. A port that cannot be opened is told in the log, and tried again the next time. */
  async swap(streams: readonly StreamService[]): Promise<void> {
    const wanted = new Map(streams.map((stream) => [streamName(stream), stream]));
    for (const [name, port] of this.#open) if (!wanted.has(name)) this.#leave(name, port);
    for (const [name, stream] of wanted) {
      const port = this.#open.get(name);
      if (port === undefined) await this.#openPort(name, stream);
      else port.stream = stream;
    }
  }

  /** Takes nobody new in; what goes on is cut when `signal` aborts. Resolves when nothing goes on. */
  async close(signal: AbortSignal): Promise<void> {
    for (const [name, port] of this.#open) this.#leave(name, port);
    const left = [...this.#left];
    const cut = (): void => {
      for (const port of left) port.cut();
    };
    if (signal.aborted) cut();
    else signal.addEventListener('abort', cut, { once: true });
    await Promise.all(left.map((port) => port.empty()));
    signal.removeEventListener('abort', cut);
  }

  async #openPort(name: string, stream: StreamService): Promise<void> {
    const port = stream.protocol === 'tcp' ? new TcpPort(stream, this.#options) : new UdpPort(stream, this.#options);
    try {
      await port.open();
      this.#open.set(name, port);
    } catch (error) {
      port.leave();
      this.#options.logger.error('a port cannot be listened on', { port: name, error: messageOf(error) });
    }
  }

  #leave(name: string, port: StreamPort): void {
    this.#open.delete(name);
    this.#left.add(port);
    port.leave();
    void port.empty().then(() => this.#left.delete(port));
  }
}
