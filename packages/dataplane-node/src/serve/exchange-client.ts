import type { ClientIdentity } from './request-writer.ts';
import type { Tunnel } from './tunnel.ts';
import type { Wire } from './wire.ts';

/** The client connection as an exchange sees it. An HTTP/2 stream would be another one of these. */
export interface ExchangeClient {
  readonly identity: ClientIdentity;
  readonly secure: boolean;
  readonly wire: Wire;
  deadlineMs: number;
  /** The upstream does not take more of the request body for now. */
  block(): void;
  unblock(): void;
  /** The exchange is over, another may begin. */
  ready(): void;
  /** The exchange is over and so is the connection, once everything written has arrived. */
  close(): void;
  /** The connection makes no sense any more. */
  cut(): void;
  /** What was done for this client threw: logs it and closes the connection. */
  onFault(error: unknown): void;
  /** The exchange is over: the connection belongs to a tunnel. */
  switchTo(tunnel: Tunnel): void;
}
