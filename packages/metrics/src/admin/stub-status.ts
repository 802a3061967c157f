import type { DataplaneStats } from '@sluice/core';

/** The page of nginx `stub_status`. Who reads, writes or waits, not every data plane knows: all active connections count as writing. */
export function stubStatus({ acceptedConnections, activeConnections, requests }: DataplaneStats): string {
  return [
    `Active connections: ${activeConnections} `,
    'server accepts handled requests',
    ` ${acceptedConnections} ${acceptedConnections} ${requests} `,
    `Reading: 0 Writing: ${activeConnections} Waiting: 0 `,
    '',
  ].join('\n');
}
