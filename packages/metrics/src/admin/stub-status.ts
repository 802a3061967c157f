import type { DataplaneStats } from '@sluice/core';

/** The page of nginx `stub_status`. Where the data plane does not tell who reads, writes or waits, all active connections count as writing. */
export function stubStatus({ acceptedConnections, activeConnections, requests, states }: DataplaneStats): string {
  const { reading, writing, waiting } = states ?? { reading: 0, writing: activeConnections, waiting: 0 };
  return [
    `Active connections: ${activeConnections} `,
    'server accepts handled requests',
    ` ${acceptedConnections} ${acceptedConnections} ${requests} `,
    `Reading: ${reading} Writing: ${writing} Waiting: ${waiting} `,
    '',
  ].join('\n');
}
