import { basicUser } from '@sluice/core';
import type { RequestRecord, RouteLabels, UpstreamTry } from '@sluice/core';
import type { RequestHead } from './request-head.ts';
import { header } from './header-table.ts';
import { newRequestId } from './request-id.ts';
import type { ClientIdentity } from './request-writer.ts';
import { TryRecords } from './try-records.ts';

/** What must be remembered of a request while its exchange lasts. Reused from request to request. */
export class RequestFacts implements RequestRecord {
  /** Of whom the request is: what proxies in front say may count. */
  clientAddress: string;
  readonly clientPort: number;
  readonly serverPort: number;
  readonly secure: boolean;
  startMs = 0;
  endMs = 0;
  durationMs = 0;
  method = '';
  /** As sent, binary string: what routing looks at. */
  authority = '';
  target = '';
  minor = 1;
  protocol = '';
  requestId = '';
  /** The client keeps the connection open. */
  persistent = false;
  upgrade = false;
  expectContinue = false;
  /** Length of the head plus the body bytes so far. */
  requestBytes = 0;
  sentBytes = 0;
  /** Of those sent: in front of the body. */
  headBytes = 0;
  status = 0;
  host = '';
  labels: RouteLabels | undefined;
  canary = '';
  readonly asked = new TryRecords();
  #wanted: readonly string[] = [];
  readonly #values: (string | undefined)[] = [];

  constructor({ address, remotePort, port }: ClientIdentity, secure: boolean) {
    this.clientAddress = address;
    this.clientPort = remotePort;
    this.serverPort = port;
    this.secure = secure;
  }

  /** Forgets the last request; enough for one that was refused while its head was read. */
  clear(): void {
    this.startMs = performance.now();
    this.method = '';
    this.authority = '';
    this.target = '';
    this.minor = 1;
    this.protocol = '';
    this.requestId = '';
    this.persistent = false;
    this.upgrade = false;
    this.expectContinue = false;
    this.requestBytes = 0;
    this.sentBytes = 0;
    this.headBytes = 0;
    this.status = 0;
    this.host = '';
    this.labels = undefined;
    this.canary = '';
    this.asked.clear();
    this.#wanted = [];
  }

  /** Takes over what the head says. `wanted`: names of the headers that the access log asks for. */
  read(bytes: Buffer, head: RequestHead, wanted: readonly string[]): void {
    const { fields } = head;
    this.clear();
    this.method = head.method(bytes);
    this.authority = head.routingHost;
    this.target = head.target;
    this.minor = head.line.minor;
    this.protocol = head.line.minor === 1 ? 'HTTP/1.1' : 'HTTP/1.0';
    this.persistent = head.persistent;
    this.upgrade = head.upgrade;
    this.expectContinue = head.expectContinue && head.line.minor === 1;
    this.requestBytes = (fields.nameStart[fields.count] ?? 0) + 2 - head.line.start;
    this.requestId = fields.text(bytes, fields.find(header.requestId)) || newRequestId();
    this.#wanted = wanted;
    for (let index = 0; index < wanted.length; index++) this.#values[index] = fields.valueOf(bytes, wanted[index] ?? '');
  }

  get bodiless(): boolean {
    return this.method === 'HEAD';
  }

  /** Whether sending the request twice may do something twice: as nginx's `non_idempotent` in proxy_next_upstream. */
  get idempotent(): boolean {
    return this.method !== 'POST' && this.method !== 'PATCH' && this.method !== 'LOCK';
  }

  get bodyBytes(): number {
    return this.sentBytes - this.headBytes;
  }

  get tries(): readonly UpstreamTry[] {
    return this.asked.list;
  }

  get connectMs(): number {
    return this.#only?.connectMs ?? -1;
  }

  get headerMs(): number {
    return this.#only?.headerMs ?? -1;
  }

  get responseMs(): number {
    return this.#only?.responseMs ?? -1;
  }

  header(name: string): string | undefined {
    const at = this.#wanted.indexOf(name);
    return at < 0 ? undefined : this.#values[at];
  }

  get remoteUser(): string | undefined {
    const authorization = this.header('authorization');
    return authorization === undefined ? undefined : basicUser(authorization);
  }

  /** nginx has no single time for several tries, and so they are in no histogram. */
  get #only(): UpstreamTry | undefined {
    return this.asked.list.length === 1 ? this.asked.list[0] : undefined;
  }
}
