import { randomBytes } from 'node:crypto';

/** A name that no other run uses, good for any object. */
export function uniqueName(what: string): string {
  return `e2e-${what}-${randomBytes(4).toString('hex')}`;
}
