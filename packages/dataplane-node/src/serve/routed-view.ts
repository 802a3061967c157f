import type { ClientTls, RoutedRequest } from '@sluice/core';
import type { RequestFacts } from './request-facts.ts';
import type { RequestHead } from './request-head.ts';
import type { ClientIdentity } from './request-writer.ts';

/** The request of an exchange as routing sees it, without copies: valid while its head is. Reused from request to request. */
export class RoutedView implements RoutedRequest {
  readonly secure: boolean;
  readonly port: number;
  readonly httpsPort: number;
  readonly clientAddress: string;
  readonly tls: ClientTls | undefined;
  readonly #facts: RequestFacts;
  #bytes: Buffer | undefined;
  #head: RequestHead | undefined;

  constructor(facts: RequestFacts, { address, port, tls }: ClientIdentity, secure: boolean, httpsPort: number) {
    this.#facts = facts;
    this.secure = secure;
    this.port = port;
    this.httpsPort = httpsPort;
    this.clientAddress = address;
    this.tls = tls;
  }

  /** Sets the head that `header` reads. */
  look(bytes: Buffer, head: RequestHead): void {
    this.#bytes = bytes;
    this.#head = head;
  }

  /** The head is about to be overwritten. */
  forget(): void {
    this.#bytes = undefined;
    this.#head = undefined;
  }

  get method(): string {
    return this.#facts.method;
  }

  get host(): string {
    return this.#facts.authority;
  }

  get target(): string {
    return this.#facts.target;
  }

  get draw(): number {
    return Math.random();
  }

  get requestId(): string {
    return this.#facts.requestId;
  }

  get bodyBytes(): number {
    return Math.max(this.#head?.framing.contentLength ?? 0, 0);
  }

  header(name: string): string | undefined {
    if (this.#bytes === undefined || this.#head === undefined) return undefined;
    return this.#head.fields.valueOf(this.#bytes, name);
  }

  joined(name: string): string | undefined {
    if (this.#bytes === undefined || this.#head === undefined) return undefined;
    return this.#head.fields.joinedValues(this.#bytes, name);
  }
}
