import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Linux counts CPU time in ticks of a hundredth of a second. */
const TICK_US = 10_000;

/** A process of the benchmark, with what it costs. Linux only. */
export class MeasuredProcess {
  readonly #child: ChildProcess;

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } });
  }

  /** Waits until the port of this process answers; throws when it ends before, or after ten seconds. */
  async listening(port: number): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      if (this.#child.exitCode !== null) throw new Error(`ended with status ${this.#child.exitCode} before listening on ${port}`);
      if (await answers(port)) return;
      await delay(50);
    }
    throw new Error(`nothing listens on port ${port}`);
  }

  /** User and system time of the process and its children since their start, in microseconds. */
  cpuUs(): number {
    return this.#family().reduce((sum, pid) => sum + cpuTicks(pid) * TICK_US, 0);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  #family(): readonly number[] {
    const own = this.#child.pid;
    if (own === undefined) return [];
    const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
    return [own, ...pids.filter((pid) => Number(statFields(pid)[1]) === own)];
  }
}

/** The fields of /proc/PID/stat from the third on; empty when the process is gone. */
function statFields(pid: number): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function cpuTicks(pid: number): number {
  const fields = statFields(pid);
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
