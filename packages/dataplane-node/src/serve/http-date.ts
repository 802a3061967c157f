const STALE_AFTER_MS = 1000;

let text = '';
let madeAtMs = -Infinity;

/** The current time as a `Date` header has it (RFC 9110 section 5.6.7), made at most once a second. */
export function httpDate(): string {
  const nowMs = performance.now();
  if (nowMs - madeAtMs >= STALE_AFTER_MS) {
    text = new Date().toUTCString();
    madeAtMs = nowMs;
  }
  return text;
}
