import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programSource } from '../cluster/control-plane-programs.ts';
import { isLack } from '../cluster/lack.ts';
import { inPrivateMachine, privateMachineLack } from '../cluster/private-machine.ts';
import { print } from './table.ts';

/** Measures controllers on a real API server with so many Ingresses, half as many Services, and as many EndpointSlices. */
export function benchClusterScale(backends: readonly string[], ingresses: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    const source = programSource();
    const lack = privateMachineLack(folder) ?? (isLack(source) ? source : undefined);
    if (lack !== undefined || isLack(source)) {
      print(`without a real API server: ${lack?.missing}; ${lack?.install}`);
      return Promise.resolve();
    }
    const programs = source.provide(print);
    const script = join(import.meta.dirname, 'cluster-scale-run.ts');
    const [program = '', ...args] = inPrivateMachine(folder, [process.execPath, script, programs, backends.join(','), String(ingresses)]);
    if (spawnSync(program, args, { stdio: 'inherit' }).status !== 0) process.exitCode = 1;
    return Promise.resolve();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
