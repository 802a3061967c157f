import type { ControllerView, ProcessIdentity, Sample } from '@sluice/core';
import { processInfo } from '@sluice/core';
import type { Families } from './families.ts';
import { ProcessAccount } from './process-totals.ts';
import type { ProcessTotals } from './process-totals.ts';

/** Scrapes ask for seven metrics of the same look. */
const FRESH_MS = 100;

/** Adds what the processes of the proxy use, or what this one does where it is the proxy. */
export function addProcesses(families: Families, view: ControllerView): void {
  const account = new ProcessAccount();
  let seen: { readonly atMs: number; readonly totals: ProcessTotals } | undefined;
  const totals = (): ProcessTotals => {
    const now = performance.now();
    if (seen === undefined || now - seen.atMs > FRESH_MS) seen = { atMs: now, totals: account.totals(view.processes() ?? self()) };
    return seen.totals;
  };
  const one = (value: number | undefined): readonly Sample[] => (value === undefined ? [] : [{ value }]);
  const prefix = 'nginx_ingress_controller_nginx_process_';
  families.read(`${prefix}num_procs`, () => one(totals().count));
  families.read(`${prefix}cpu_seconds_total`, () => one(totals().cpuSeconds));
  families.read(`${prefix}read_bytes_total`, () => one(totals().io?.readBytes));
  families.read(`${prefix}write_bytes_total`, () => one(totals().io?.writeBytes));
  families.read(`${prefix}resident_memory_bytes`, () => one(totals().residentBytes));
  families.read(`${prefix}virtual_memory_bytes`, () => one(totals().virtualBytes));
  families.read(`${prefix}oldest_start_time_seconds`, () => one(totals().oldestStartSeconds));
}

function self(): readonly ProcessIdentity[] {
  const info = processInfo(process.pid);
  return info === undefined ? [] : [info];
}
