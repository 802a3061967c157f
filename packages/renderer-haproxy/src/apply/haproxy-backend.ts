import { resolveAddresses, workerUser } from '@sluice/core';
import type { Backend, ListenAddresses, Logger, Renderer, RequestMetrics, ResolvedAddresses, WorkerUser } from '@sluice/core';
import type { HaproxyOptions } from '../options.ts';
import { probeHaproxy } from '../observe/probe.ts';
import type { FoundHaproxy } from '../observe/probe.ts';
import type { GeneratedFile, HaproxyTable } from '../render/haproxy-table.ts';
import { HaproxyDataplane } from './haproxy-dataplane.ts';
import { haproxyFolder } from './haproxy-folder.ts';
import { HaproxyReloader } from './haproxy-reloader.ts';
import { HaproxyRuntime } from './haproxy-runtime.ts';

/** What is found out where HAProxy is to run. */
export interface Surroundings {
  /** Undefined where it is not installed. */
  readonly haproxy: FoundHaproxy | undefined;
  readonly addresses: ResolvedAddresses;
  readonly user: WorkerUser | undefined;
  /** Requests are written down, for the access log or to be counted. */
  readonly logsRequests: boolean;
}

/** What a table is made by. */
export interface TableMaker<Tree> {
  readonly renderer: Renderer<Tree>;
  /** What is served before there is anything else: 503. */
  readonly bootstrap: () => HaproxyTable;
  /** Files that every generation has besides those of its table: Lua, one char for each byte. */
  readonly lua: readonly GeneratedFile[];
}

export interface HaproxyBackendParts<Tree> {
  readonly options: HaproxyOptions;
  readonly listen: ListenAddresses;
  readonly data: string;
  readonly logger: Logger;
  /** Where requests are counted; undefined where nobody wants to know. */
  readonly metrics: RequestMetrics | undefined;
  readonly tables: (surroundings: Surroundings, options: HaproxyOptions) => TableMaker<Tree>;
}

/** The HAProxy backend. Writes and starts nothing; translates and renders without HAProxy being installed. */
export function haproxyBackend<Tree>({ options, listen, data, logger, metrics, tables }: HaproxyBackendParts<Tree>): Backend<Tree> {
  const haproxy = probeHaproxy(options);
  if (haproxy === undefined) logger.warn('haproxy is not installed: nothing is tested', { binary: options.binary });
  const folder = haproxyFolder(data);
  const addresses = resolveAddresses(listen, folder);
  const user = workerUser(options.user, 'haproxy');
  const { renderer, bootstrap, lua } = tables(
    { haproxy, addresses, user, logsRequests: options.accessLog || metrics !== undefined },
    options,
  );
  const runtime = new HaproxyRuntime({
    folder,
    haproxy,
    options,
    user,
    asked: listen,
    addresses,
    lua,
    bootstrap,
    writeAccessLog: options.accessLog ? (lines) => void process.stdout.write(lines, 'latin1') : undefined,
    logger,
    metrics,
  });
  return { renderer, reloader: new HaproxyReloader(runtime), dataplane: new HaproxyDataplane(runtime) };
}
