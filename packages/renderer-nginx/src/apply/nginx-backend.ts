import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Backend, ListenAddresses, Logger, RequestMetrics } from '@sluice/core';
import { workerUser, resolveAddresses } from '@sluice/core';
import { probeNginx } from '../observe/probe.ts';
import { systemResolvers } from '../observe/resolvers.ts';
import type { NginxOptions } from '../options.ts';
import { assumedCapabilities } from '../translate/capabilities.ts';
import { NginxRenderer } from '../translate/nginx-renderer.ts';
import type { Deployment } from '../translate/surroundings.ts';
import { bootstrapTable } from './bootstrap.ts';
import { LiveChannel } from './live-channel.ts';
import { nginxLuaFiles } from './lua-files.ts';
import { NginxDataplane } from './nginx-dataplane.ts';
import { nginxFolder } from './nginx-folder.ts';
import { NginxReloader } from './nginx-reloader.ts';
import { NginxRuntime } from './nginx-runtime.ts';

export interface NginxBackendParts {
  readonly options: NginxOptions;
  readonly listen: ListenAddresses;
  readonly data: string;
  readonly logger: Logger;
  /** Where requests are counted; undefined where nobody wants to know. */
  readonly metrics: RequestMetrics | undefined;
}

const MOST_WORKERS = 16;

/** The nginx backend. Writes and starts nothing; translates and renders without nginx being installed, as if one with Lua were. */
export function nginxBackend({ options, listen, data, logger, metrics }: NginxBackendParts): Backend {
  const nginx = probeNginx(options);
  if (nginx === undefined) logger.warn('nginx is not installed: nothing is tested, and Lua is assumed', { binary: options.binary });
  const capabilities = nginx?.capabilities ?? assumedCapabilities;
  const folder = nginxFolder(data);
  const addresses = resolveAddresses(listen, folder);
  const user = workerUser(options.user, 'nginx');
  const deployment: Deployment = {
    capabilities,
    ...addresses,
    resolvers: systemResolvers(),
    ipv6: existsSync('/proc/net/if_inet6'),
    ...(user && { user: `${user.name} ${user.group}` }),
    ...(metrics && { counted: metrics.options.buckets }),
    settings: { ...options, workers: options.workers === 'auto' ? Math.min(availableParallelism(), MOST_WORKERS) : options.workers },
  };
  const runtime = new NginxRuntime({
    folder,
    nginx,
    options,
    user,
    asked: listen,
    addresses,
    lua: nginxLuaFiles(),
    live: capabilities.lua.found ? (socket) => new LiveChannel({ socket, stateFile: join(folder.root, 'live'), logger }) : undefined,
    bootstrap: () => bootstrapTable(deployment),
    writeAccessLog: (lines) => void process.stdout.write(lines, 'latin1'),
    logger,
    metrics,
  });
  return { renderer: new NginxRenderer(deployment), reloader: new NginxReloader(runtime), dataplane: new NginxDataplane(runtime) };
}
