import { createHash } from 'node:crypto';

const inspect = Symbol.for('nodejs.util.inspect.custom');

/**
 * Secret bytes that cannot leak by accident: printing, inspecting and JSON give `[redacted]`.
 * Only `reveal()` returns the text; call it where the bytes are handed to TLS and nowhere else.
 */
export class KeyMaterial {
  readonly #pem: string;
  /** SHA-256 of the text in hexadecimal; lets two values be compared without revealing either. */
  readonly fingerprint: string;

  constructor(pem: string) {
    this.#pem = pem;
    this.fingerprint = createHash('sha256').update(pem).digest('hex');
  }

  reveal(): string {
    return this.#pem;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect](): string {
    return '[redacted]';
  }
}
