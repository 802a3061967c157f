import type { RequestRecord, UpstreamTry } from '@sluice/core';
import type { AccessLog } from '../access-log.ts';

/** What a test keeps of a record, which is reused. */
export type KeptRecord = Omit<RequestRecord, 'header'> & { readonly userAgent: string | undefined; readonly referer: string | undefined };

/** Keeps the records of finished requests; `onRecord` is called for each. */
export class RecordedRequests implements AccessLog {
  readonly headers = ['user-agent', 'referer'].map((name) => ({ name, id: 0 }));
  readonly list: KeptRecord[] = [];
  readonly #onRecord: (record: KeptRecord) => void;

  constructor(onRecord: (record: KeptRecord) => void = () => {}) {
    this.#onRecord = onRecord;
  }

  record(record: RequestRecord): void {
    const { bodyBytes, connectMs, headerMs, responseMs, remoteUser } = record;
    const tries = record.tries.map((one): UpstreamTry => ({ ...one }));
    const [userAgent, referer] = [record.header('user-agent'), record.header('referer')];
    const kept = { ...record, bodyBytes, connectMs, headerMs, responseMs, remoteUser, tries, userAgent, referer };
    this.list.push(kept);
    this.#onRecord(kept);
  }
}
