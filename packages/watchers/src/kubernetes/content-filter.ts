import { createHash } from 'node:crypto';
import type { ApiObject } from './resource.ts';

interface WithStatus extends ApiObject {
  readonly status?: unknown;
}

/**
 * Knows what objects said when they were last let through, but for their status and for who wrote which field: a status that is written
 * must not look like a new object, least of all one's own.
 */
export class ContentFilter {
  readonly #digests = new Map<string, string>();

  /** Whether the object says something new. */
  passes(key: string, { status: _status, metadata, ...content }: WithStatus): boolean {
    const {
      resourceVersion: _version,
      managedFields: _managers,
      ...kept
    } = metadata as ApiObject['metadata'] & { managedFields?: unknown };
    const digest = createHash('sha1')
      .update(JSON.stringify([content, kept]))
      .digest('base64');
    if (this.#digests.get(key) === digest) return false;
    this.#digests.set(key, digest);
    return true;
  }

  forget(key: string): void {
    this.#digests.delete(key);
  }
}
