import { KeepAliveLoad } from '../keep-alive-load.ts';
import type { Ports } from '../running-sluice.ts';

/** Between an answer and the next request of clients that think. */
const THINK_MS = 300;

/** Clients of every kind at once: on connections that they keep and on new ones, with TLS and without, in haste and thinking. */
export class MixedLoad {
  readonly #parts: readonly KeepAliveLoad[];

  constructor({ http, https }: Pick<Ports, 'http' | 'https'>, host: string) {
    this.#parts = [
      new KeepAliveLoad(http, host, 4),
      new KeepAliveLoad(http, host, 40, { thinkMs: THINK_MS }),
      new KeepAliveLoad(http, host, 2, { thinkMs: 10, fresh: true }),
      new KeepAliveLoad(https, host, 2, { secure: true }),
      new KeepAliveLoad(https, host, 40, { thinkMs: THINK_MS, secure: true }),
      new KeepAliveLoad(https, host, 2, { thinkMs: 20, secure: true, fresh: true }),
    ];
  }

  get answered(): number {
    return this.#parts.reduce((total, { answered }) => total + answered, 0);
  }

  /** What went wrong, and how often; any status but 200 counts. */
  get failures(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const failure of this.#parts.flatMap(({ failures }) => failures)) counts[failure] = (counts[failure] ?? 0) + 1;
    return counts;
  }

  /** How many connections were made. */
  get connections(): number {
    return this.#parts.reduce((total, { connections }) => total + connections.size, 0);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.stop()));
  }
}
