import type { DataplaneStats } from '@sluice/core';

/** Reads the page of `stub_status`; undefined when it is another one. The request for the page itself is not counted as active. */
export function parseStubStatus(page: string): DataplaneStats | undefined {
  const numbers =
    /Active connections: (\d+)\s+server accepts handled requests\s+(\d+) \d+ (\d+)\s+Reading: (\d+) Writing: (\d+) Waiting: (\d+)/.exec(
      page,
    );
  if (numbers === null) return undefined;
  const [active = 0, acceptedConnections = 0, requests = 0, reading = 0, writing = 0, waiting = 0] = numbers.slice(1).map(Number);
  const states = { reading, writing: Math.max(0, writing - 1), waiting };
  return { acceptedConnections, activeConnections: Math.max(0, active - 1), requests, states };
}
