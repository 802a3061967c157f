import { z } from 'zod';

const durationMs = z.number().int().min(1).max(86_400_000);
const count = z.number().int().min(1).max(1_000_000);

/** Options of the HAProxy backend, under `haproxy` in the configuration file. Defaults are those of ingress-nginx where it has the option. */
export const haproxyOptions = z.strictObject({
  binary: z.string().min(1).optional().describe('The HAProxy to run; otherwise the first one on PATH or where packages install it.'),
  accessLog: z.boolean().default(true).describe('Write a line to stdout for each request, as ingress-nginx does.'),
  threads: z
    .union([z.literal('auto'), z.number().int().min(1).max(64)])
    .default('auto')
    .describe('Threads of a worker: one for each core, 16 at most, or a number.'),
  maxConnections: count.default(16_384).describe('Connections of clients that a worker can have.'),
  hardStopAfterMs: durationMs
    .default(240_000)
    .describe('For connections of an old worker to end by themselves after a reload; what is left then is cut.'),
  spareBackends: z
    .number()
    .int()
    .min(0)
    .max(4096)
    .default(64)
    .describe('Backends of each class in use that are kept free, so that a new Service needs no reload.'),
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]*$/i)
    .optional()
    .describe('The user of the workers when the controller runs as root: `www-data`, `haproxy` or `nobody` where it is not given.'),
  testTimeoutMs: durationMs.default(60_000).describe('For HAProxy to look at a configuration, and for a new worker to take over.'),
  keepAlive: z
    .strictObject({
      clientMs: durationMs.default(75_000).describe('For the next request on a connection of a client.'),
      upstreamMs: durationMs.default(60_000).describe('How long a connection to an endpoint is kept idle.'),
    })
    .prefault({}),
});

export type HaproxyOptions = z.output<typeof haproxyOptions>;
