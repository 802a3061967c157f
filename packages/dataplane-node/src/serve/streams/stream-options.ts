import type { Logger, StreamTimes } from '@sluice/core';

/** What all streams of a data plane have in common. */
export interface StreamOptions {
  /** Where to listen; an empty one means all addresses of both families. */
  readonly hosts: readonly string[];
  /** For a connection to an endpoint to be established. */
  readonly connectMs: number;
  /** For a header of the PROXY protocol to arrive. */
  readonly headerMs: number;
  /** As settings of the ConfigMap have them; what comes later is by later ones. */
  times: StreamTimes;
  readonly logger: Logger;
}

/** As `stream` listeners of nginx have it (`proxy_protocol_timeout`). */
export const PROXY_HEADER_MS = 30_000;
