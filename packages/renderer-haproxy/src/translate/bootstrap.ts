import { defaultServing } from '@sluice/core';
import type { HaproxyTree } from '../render/haproxy-tree.ts';
import { lines } from '../render/line.ts';
import type { Deployment } from './deployment.ts';
import { errorFiles } from './error-files.ts';
import { binds } from './binds.ts';
import { defaultsSection, errorsSection, globalSection } from './process-sections.ts';

/** What is served before the first model: 503 on every address, so that load balancers look elsewhere. */
export function bootstrapTree(deployment: Deployment): HaproxyTree {
  return {
    frame: [
      globalSection(deployment, undefined, 'without Lua'),
      errorsSection,
      defaultsSection(deployment),
      {
        label: 'the answer before the first configuration',
        head: ['frontend', 'sluice_clients', 'from', 'sluice'],
        lines: [
          ...binds(deployment, defaultServing),
          ...lines('http-request return status 503 content-type text/plain string unavailable'),
        ],
      },
    ],
    secret: new Set(),
    backends: [],
    maps: [],
    certificates: [],
    certificateLines: [{ certificate: undefined, options: '', names: [] }],
    accessLog: defaultServing.accessLog,
    askers: new Map(),
    files: errorFiles,
  };
}
