import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** An HAProxy of a test, without a master and with a configuration of the test's own; `stats.sock` in its folder takes commands. */
export class PlainHaproxy {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'sluice-haproxy-'));
  #process: ChildProcess | undefined;
  #said = '';

  /** Resolves when it takes commands. */
  async start(configuration: string): Promise<void> {
    writeFileSync(join(this.folder, 'haproxy.cfg'), configuration, 'latin1');
    this.#process = spawn('haproxy', ['-db', '-f', 'haproxy.cfg'], { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) stream?.on('data', (chunk: Buffer) => (this.#said += String(chunk)));
    for (;;) {
      if (this.#process.exitCode !== null) throw new Error(`haproxy has ended: ${this.#said}`);
      const answer = await this.command('show version').catch(() => '');
      if (answer !== '') return;
      await pause(20);
    }
  }

  /** The answer to a line of the command line, without the empty line at its end. */
  command(line: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const socket = connect(join(this.folder, 'stats.sock'));
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    socket.once('error', reject).once('end', () => resolve(answer.replace(/\n+$/, '')));
    socket.end(`${line}\n`, 'latin1');
    return promise;
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child !== undefined && child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The first lines of a configuration whose commands are taken. */
export const commandable = 'global\n  stats socket unix@stats.sock mode 600 level admin\n';
