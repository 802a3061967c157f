import { parseRuleText } from '@sluice/core';
import type { RequestMetrics } from '@sluice/core';

/** Counts of one series that workers have handed over (`lua/sluice/count.lua`). */
interface Batch {
  /** `STATUS METHOD CANARY RULE`. */
  readonly name: string;
  /** What is added, by the position in the cells. */
  readonly added: readonly (readonly [at: number, value: number])[];
}

const INTERVAL_MS = 1000;

/** Brings in what workers of nginx have counted: each second, and when somebody wants to know. */
export class WorkerCounts {
  readonly #metrics: RequestMetrics;
  readonly #fetch: () => Promise<string | undefined>;
  #timer: NodeJS.Timeout | undefined;
  #removeSource: (() => void) | undefined;
  #collecting: Promise<void> | undefined;

  /** `fetch` takes the counts away from nginx; undefined when it does not answer. */
  constructor(metrics: RequestMetrics, fetch: () => Promise<string | undefined>) {
    this.#metrics = metrics;
    this.#fetch = fetch;
  }

  start(): void {
    this.#removeSource = this.#metrics.addSource(() => this.collect());
    this.#timer = setInterval(() => void this.collect(), INTERVAL_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#removeSource?.();
    await this.#collecting;
  }

  /** Never rejects: what cannot be fetched now stays with nginx. */
  collect(): Promise<void> {
    return (this.#collecting ??= this.#collect()
      .catch(() => undefined)
      .finally(() => (this.#collecting = undefined)));
  }

  async #collect(): Promise<void> {
    const text = await this.#fetch();
    if (text !== undefined) for (const batch of batchesIn(Buffer.from(text, 'utf8'))) this.#add(batch);
  }

  #add({ name, added }: Batch): void {
    const [status = '', method = '', canary = '', ...rule] = name.split(' ');
    const cells = this.#metrics.cellsOf({ ...parseRuleText(rule.join(' ')), status: Number(status), method, canary });
    if (cells !== undefined) for (const [at, value] of added) cells[at] = (cells[at] ?? 0) + value;
  }
}

/** `LENGTH:NAME` and `POSITION=VALUE,...` up to a line end; names may hold anything. */
function* batchesIn(bytes: Buffer): Generator<Batch> {
  for (let at = 0; at < bytes.length;) {
    const colon = bytes.indexOf(':', at);
    const nameEnd = colon + 1 + Number(bytes.toString('latin1', at, colon));
    const lineEnd = bytes.indexOf('\n', nameEnd);
    if (colon < 0 || !(lineEnd > 0)) return;
    const added = bytes
      .toString('latin1', nameEnd, lineEnd)
      .split(',')
      .map((cell) => cell.split('='))
      .map(([position, value]) => [Number(position), Number(value)] as const);
    yield { name: bytes.toString('utf8', colon + 1, nameEnd), added };
    at = lineEnd + 1;
  }
}
