import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../apps/controller/bin/sluice.js', import.meta.url));
/** With which environment and flags of Node.js the program runs by itself. */
const [, variables = '', flags = ''] = /^#!\S+ -S (.*)\bnode (.*)$/m.exec(readFileSync(program, 'utf8')) ?? [];
const nodeFlags = flags.split(' ');
const nodeVariables = Object.fromEntries(variables.split(' ').flatMap((one) => (one === '' ? [] : [one.split('=')]))) as Readonly<
  Record<string, string>
>;

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to an environment that holds nothing of Sluice's. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a command ended. */
export interface Ended {
  /** Exit status; undefined after a signal. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `sluice` command. What is not over at the end of a test must be killed. */
export class SluiceCommand {
  readonly #child: ChildProcess;
  readonly #over: Promise<unknown>;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], { cwd, env }: CommandOptions = {}) {
    const { PATH = '', HOME = '', TMPDIR } = process.env;
    this.#child = spawn(process.execPath, [...nodeFlags, program, ...args], {
      cwd,
      env: { ...nodeVariables, PATH, HOME, ...(TMPDIR !== undefined && { TMPDIR }), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.#over = once(this.#child, 'close');
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get over(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  signal(name: 'SIGTERM' | 'SIGINT'): void {
    this.#child.kill(name);
  }

  /** Resolves when it has ended by itself and its output is complete. */
  async ended(): Promise<Ended> {
    await this.#over;
    return { status: this.#child.exitCode ?? undefined, stdout: this.stdout, stderr: this.stderr };
  }

  /** Ends it at once, whatever it does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#over;
  }
}

/** Runs a command to its end. */
export function sluice(args: readonly string[], options?: CommandOptions): Promise<Ended> {
  return new SluiceCommand(args, options).ended();
}
