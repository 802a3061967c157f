import type { FidelityTable } from '@sluice/core';

const perProcess = 'counted by each process, as ingress-nginx counts in each pod; the counters start anew with the process';

/** Where the Node data plane differs from ingress-nginx in how it does what an annotation asks for. */
export const nodeFidelity: FidelityTable = {
  'limit-rps': { level: 'equivalent', note: perProcess },
  'limit-rpm': { level: 'equivalent', note: perProcess },
  'limit-connections': { level: 'equivalent', note: perProcess },
};
