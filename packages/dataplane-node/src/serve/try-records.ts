import type { UpstreamTry } from '@sluice/core';

interface TryRecord extends UpstreamTry {
  address: string;
  status: number;
  bodyBytes: number;
  connectMs: number;
  headerMs: number;
  responseMs: number;
  another: boolean;
  startMs: number;
}

/** What became of the endpoints that one request was sent to. Reused from request to request; moments are those of `performance.now()`. */
export class TryRecords {
  readonly list: TryRecord[] = [];
  readonly #spare: TryRecord[] = [];

  clear(): void {
    for (let record = this.list.pop(); record !== undefined; record = this.list.pop()) this.#spare.push(record);
  }

  /** `another`: because of what the endpoint before said. */
  begin(address: string, startMs: number, another: boolean): void {
    const record = this.#spare.pop() ?? { address, status: 0, bodyBytes: 0, connectMs: -1, headerMs: -1, responseMs: -1, another, startMs };
    record.address = address;
    record.status = 0;
    record.bodyBytes = 0;
    record.connectMs = -1;
    record.headerMs = -1;
    record.responseMs = -1;
    record.another = another;
    record.startMs = startMs;
    this.list.push(record);
  }

  /** The connection was there already. */
  reused(): void {
    const record = this.list.at(-1);
    if (record !== undefined) record.connectMs = 0;
  }

  connected(): void {
    const record = this.list.at(-1);
    if (record !== undefined) record.connectMs = performance.now() - record.startMs;
  }

  /** The head of an answer has come. */
  answered(status: number): void {
    const record = this.list.at(-1);
    if (record === undefined) return;
    record.status = status;
    record.headerMs = performance.now() - record.startMs;
  }

  received(bodyBytes: number): void {
    const record = this.list.at(-1);
    if (record !== undefined) record.bodyBytes += bodyBytes;
  }

  /** Nothing more comes of it; `failure` is the status of one without an answer (nginx writes 502 or 504). */
  over(failure = 0): void {
    const record = this.list.at(-1);
    if (record === undefined || record.responseMs >= 0) return;
    if (record.status === 0) record.status = failure;
    record.responseMs = performance.now() - record.startMs;
  }
}
