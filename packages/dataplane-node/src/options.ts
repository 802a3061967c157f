import { z } from 'zod';

const durationMs = z.number().int().min(1).max(86_400_000);

/** Options of the Node data plane, under `node` in the configuration file. Defaults are those of ingress-nginx where it has the option. */
export const nodeOptions = z.strictObject({
  accessLog: z.boolean().default(true).describe('Write a line to stdout for each request, as ingress-nginx does.'),
  timeouts: z
    .strictObject({
      connectMs: durationMs.default(5000).describe('For a connection to an endpoint to be established.'),
      readMs: durationMs.default(60_000).describe('Between two reads from an upstream, and in an idle tunnel.'),
      sendMs: durationMs.default(60_000).describe('Between two writes to a slow peer.'),
      idleClientMs: durationMs.default(75_000).describe('For the next request on a kept-alive connection.'),
      headerMs: durationMs.default(60_000).describe('For a request head to arrive.'),
      drainTunnelsMs: durationMs.default(10_000).describe('For open tunnels (WebSocket) to end by themselves at a stop.'),
    })
    .prefault({}),
});

export type NodeOptions = z.output<typeof nodeOptions>;
