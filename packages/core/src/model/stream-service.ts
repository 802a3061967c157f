import type { Origin } from './origin.ts';
import type { Upstream } from './upstream.ts';

/** A port whose connections (TCP) or datagrams (UDP) go to an upstream as they are. */
export interface StreamService {
  readonly protocol: 'tcp' | 'udp';
  /** On which clients arrive, at the addresses of the listeners for HTTP. */
  readonly port: number;
  /** Has at least one endpoint. */
  readonly upstream: Upstream;
  /** Clients begin with a header of the PROXY protocol, version 1 or 2. Never for UDP. */
  readonly acceptProxy: boolean;
  /** Endpoints are told the client by a header of the PROXY protocol, version 1. Never for UDP. */
  readonly sendProxy: boolean;
  readonly from: Origin;
}

/** `TCP port 9000`: what names it to people. */
export function streamName({ protocol, port }: Pick<StreamService, 'port' | 'protocol'>): string {
  return `${protocol.toUpperCase()} port ${port}`;
}
