/** Date.now() has whole milliseconds: more than so much besides is a clock that was set. */
const SET_MS = 2;

let originMs = performance.timeOrigin;

/**
 * Milliseconds since 1970 with parts of them, for the ends of spans: whole ones would not make up what they are parts of. Follows the clock of the
 * machine when that is set.
 */
export function spanTimeMs(): number {
  const [now, wall] = [performance.now(), Date.now()];
  if (Math.abs(originMs + now - wall) > SET_MS) originMs = wall - now;
  return originMs + now;
}
