import { randomFillSync } from 'node:crypto';

const ID_BYTES = 16;
const BATCH_BYTES = 4096;

const random = Buffer.alloc(BATCH_BYTES);
let used = BATCH_BYTES;

/** A new request id: 32 random hexadecimal digits, as nginx's `$request_id`. Randomness is fetched for 256 ids at once. */
export function newRequestId(): string {
  if (used === BATCH_BYTES) {
    randomFillSync(random);
    used = 0;
  }
  used += ID_BYTES;
  return random.toString('hex', used - ID_BYTES, used);
}
