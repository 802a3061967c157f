import { spawnSync } from 'node:child_process';

/** What the suites need that order certificates: an authority that speaks ACME, and its name server. */
export const pebblePackages = ['pebble'];

const PROGRAMS = ['pebble', 'pebble-challtestsrv'];

/** Why there is no authority on this machine; undefined when there is one. */
export function missingPebble(programs = PROGRAMS) {
  const lost = programs.find((program) => spawnSync(program, ['-h']).error !== undefined);
  return lost === undefined ? undefined : `there is no ${lost}`;
}
