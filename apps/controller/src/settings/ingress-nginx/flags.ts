import { clusterFlags } from './cluster-flags.ts';
import type { Flag } from './flag.ts';
import { loggingFlags, observationFlags } from './observation-flags.ts';
import { objectFlags } from './object-flags.ts';
import { serverFlags } from './server-flags.ts';

/** Every flag of ingress-nginx and what becomes of it. docs/flags.md is generated from this table. */
export const ingressNginxFlags: readonly Flag[] = [...objectFlags, ...clusterFlags, ...serverFlags, ...observationFlags, ...loggingFlags];
