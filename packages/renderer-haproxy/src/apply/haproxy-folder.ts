import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SluiceError, makeFolder, messageOf, removeHalfMade } from '@sluice/core';
import type { WorkerUser } from '@sluice/core';

/** Where the files of HAProxy are: see docs/adr/0012-haproxy-backend.md. All absolute. */
export interface HaproxyFolder {
  /** HAProxy runs in it, so that its configuration names everything relative to it. */
  readonly root: string;
  readonly current: string;
  readonly generations: string;
  /** Folders of certificates that generations share. */
  readonly certificates: string;
  readonly run: string;
  /** Sockets by which workers reach HAProxy itself. */
  readonly inner: string;
  readonly masterSocket: string;
  readonly workerSocket: string;
  /** Where HAProxy sends what it writes down of requests. */
  readonly requests: string;
  /** What HAProxy writes to stdout and stderr. */
  readonly output: string;
  /** Which process was started last, and with which program. */
  readonly started: string;
  readonly defaults: string;
  readonly scratch: string;
  /** Which ports were chosen where the system had to choose. */
  readonly ports: string;
  /** Which generation HAProxy was seen to serve last. */
  readonly acknowledged: string;
  /** Which controller uses the folder. */
  readonly owner: string;
}

/** Files of the configuration, in the order in which HAProxy reads them. */
export const configurationFiles = ['current/generation.cfg', 'current/haproxy.cfg'] as const;
const files = configurationFiles.flatMap((path) => ['-f', path]);

/** Arguments of an HAProxy that serves from the root folder. */
export const serveArguments: readonly string[] = ['-W', ...files, '-S', 'unix@run/master.sock,mode,600'];
/** Arguments of one that looks at a configuration. */
export const testArguments: readonly string[] = ['-c', ...files];

export function haproxyFolder(data: string): HaproxyFolder {
  const root = resolve(data, 'haproxy');
  const at = (...path: readonly string[]): string => join(root, ...path);
  return {
    root,
    current: at('current'),
    generations: at('generations'),
    certificates: at('certificates'),
    run: at('run'),
    inner: at('inner'),
    masterSocket: at('run', 'master.sock'),
    workerSocket: at('run', 'worker.sock'),
    requests: at('inner', 'requests.sock'),
    output: at('run', 'output.log'),
    started: at('run', 'started.json'),
    defaults: at('default'),
    scratch: at('scratch'),
    ports: at('run', 'ports.json'),
    acknowledged: at('run', 'acknowledged'),
    owner: at('run', 'controller.json'),
  };
}

/**
 * Makes the folders, for their owner alone: HAProxy reads and binds everything before it gives up rights. Workers, when they are another
 * user, can pass through `root` and `inner`. Throws `SLU3004`.
 */
export function prepareFolder(folder: HaproxyFolder, user: WorkerUser | undefined): void {
  try {
    mkdirSync(folder.root, { recursive: true, mode: 0o700 });
    for (const path of [folder.root, folder.inner]) makeFolder(path, user);
    for (const path of [folder.generations, folder.certificates, folder.run, folder.defaults, folder.scratch]) makeFolder(path, undefined);
    for (const path of [folder.root, folder.certificates]) removeHalfMade(path);
  } catch (error) {
    throw new SluiceError('SLU3004', `cannot prepare ${folder.root}: ${messageOf(error)}`, { cause: error });
  }
}
