import { spawnSync } from 'node:child_process';

/** Whether this machine has an HAProxy to test with. */
export const isInstalled: boolean = spawnSync('haproxy', ['-v']).status === 0;
