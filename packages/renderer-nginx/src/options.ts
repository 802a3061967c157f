import { z } from 'zod';

const durationMs = z.number().int().min(1).max(86_400_000);
const count = z.number().int().min(1).max(1_000_000);

/** Options of the nginx backend, under `nginx` in the configuration file. Defaults are those of ingress-nginx where it has the option. */
export const nginxOptions = z.strictObject({
  binary: z.string().min(1).optional().describe('The nginx to run; otherwise the first one on PATH or where packages install it.'),
  lua: z
    .enum(['auto', 'off'])
    .default('auto')
    .describe('With `auto`, endpoints and certificates change without a reload where nginx has its Lua module; `off` does without it.'),
  accessLog: z.boolean().default(true).describe('Write a line to stdout for each request, as ingress-nginx does.'),
  workers: z
    .union([z.literal('auto'), z.number().int().min(1).max(512)])
    .default('auto')
    .describe('Worker processes: one for each core, 16 at most, or a number.'),
  workerConnections: count.default(16_384).describe('Connections that one worker can have, those to endpoints included.'),
  workerShutdownTimeoutMs: durationMs
    .default(240_000)
    .describe('For connections of old workers to end by themselves after a reload. A stop waits half a minute at most.'),
  idleDrainMs: z
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(1000)
    .describe(
      'Before a reload, for clients to use idle connections once more and be told to come again on another; those idle for longer may be reset. Needs Lua.',
    ),
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]*$/i)
    .optional()
    .describe('The user of the workers when the controller runs as root: `www-data` or `nobody` where it is not given.'),
  drainingGenerations: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe('Old configurations whose connections are waited for; when there are more, those of the oldest are cut.'),
  sharedMemory: z
    .string()
    .regex(/^[1-9]\d{0,6}[km]$/i)
    .default('64m')
    .describe('Memory for what workers get without a reload, such as `64m`.'),
  testTimeoutMs: durationMs.default(60_000).describe('For nginx to look at a configuration, and for new workers to take over.'),
  keepAlive: z
    .strictObject({
      clientMs: durationMs.default(75_000).describe('For the next request on a connection of a client.'),
      clientRequests: count.default(1000).describe('Requests on one connection of a client.'),
      upstreamConnections: count.default(320).describe('Idle connections to endpoints that each worker keeps.'),
      upstreamMs: durationMs.default(60_000).describe('How long a connection to an endpoint is kept idle.'),
      upstreamRequests: count.default(10_000).describe('Requests on one connection to an endpoint.'),
    })
    .prefault({}),
});

export type NginxOptions = z.output<typeof nginxOptions>;
