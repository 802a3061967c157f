import type { WorkerUser } from '@sluice/core';
import { lstatSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SluiceError, makeFolder, messageOf, reachableSocket, removeHalfMade } from '@sluice/core';

/** Where the files of nginx are: see docs/adr/0009-nginx-backend.md. All absolute. */
export interface NginxFolder {
  /** nginx runs in it, so that its configuration names everything relative to it. */
  readonly root: string;
  /** Symbolic link that nginx is started with, so that every relative path of the configuration starts at `root`. */
  readonly configuration: string;
  readonly current: string;
  readonly generations: string;
  readonly run: string;
  readonly pid: string;
  readonly control: string;
  readonly errorLog: string;
  readonly accessLog: string;
  /** What is counted where there is no Lua. */
  readonly countLog: string;
  /** What nginx writes to stdout and stderr. */
  readonly output: string;
  /** Which program was started last. */
  readonly program: string;
  readonly defaults: string;
  readonly temp: string;
  readonly scratch: string;
  /** Which ports were chosen where the system had to choose. */
  readonly ports: string;
  /** Which generation nginx was seen to serve last. */
  readonly acknowledged: string;
  /** Which controller uses the folder. */
  readonly owner: string;
}

/** Arguments with which nginx finds its configuration when it runs in the root folder. */
export const nginxArguments = ['-p', './', '-c', 'nginx.conf'] as const;

export function nginxFolder(data: string): NginxFolder {
  const root = resolve(data, 'nginx');
  const at = (...path: readonly string[]): string => join(root, ...path);
  return {
    root,
    configuration: at('nginx.conf'),
    current: at('current'),
    generations: at('generations'),
    run: at('run'),
    pid: at('run', 'nginx.pid'),
    control: at('run', 'control.sock'),
    errorLog: at('run', 'error.log'),
    accessLog: at('run', 'access.log'),
    countLog: at('run', 'requests.log'),
    output: at('run', 'output.log'),
    program: at('run', 'program'),
    defaults: at('default'),
    temp: at('temp'),
    scratch: at('scratch'),
    ports: at('run', 'ports.json'),
    acknowledged: at('run', 'acknowledged'),
    owner: at('run', 'controller.json'),
  };
}

/**
 * Makes the folders. Workers, when they are another user, can pass through `root`, `generations` and `temp` and no other one.
 * Throws `SLU3004`.
 */
export function prepareFolder(folder: NginxFolder, user: WorkerUser | undefined): void {
  try {
    for (const path of [folder.root, folder.generations, folder.temp]) makeFolder(path, user);
    for (const path of [folder.run, folder.defaults, folder.scratch]) makeFolder(path, undefined);
    removeHalfMade(folder.root);
    if (lstatSync(folder.configuration, { throwIfNoEntry: false }) === undefined) symlinkSync('current/nginx.conf', folder.configuration);
  } catch (error) {
    throw new SluiceError('SLU3004', `cannot prepare ${folder.root}: ${messageOf(error)}`, { cause: error });
  }
}

/** A path by which this process can connect to the control socket, however deep the folder is. Call it once the folder is there. */
export function controlPath({ control }: NginxFolder): string {
  return reachableSocket(control);
}
