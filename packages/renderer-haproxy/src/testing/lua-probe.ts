import { cpSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharedLuaFolder } from '@sluice/core';
import { PlainHaproxy, commandable } from './plain-haproxy.ts';

/** An HAProxy whose Lua answers what the modules of this package make of binary strings (`probe.lua`). */
export class LuaProbe {
  readonly #haproxy = new PlainHaproxy();
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  async start(): Promise<void> {
    const { folder } = this.#haproxy;
    cpSync(fileURLToPath(sharedLuaFolder), join(folder, 'lua'), { recursive: true });
    cpSync(fileURLToPath(new URL('../lua/', import.meta.url)), join(folder, 'lua'), { recursive: true });
    cpSync(fileURLToPath(new URL('probe.lua', import.meta.url)), join(folder, 'probe.lua'));
    const frontend = 'frontend f\n  mode http\n  timeout client 10s\n  bind unix@probe.sock\n  http-request lua.probe\n';
    await this.#haproxy.start(
      `${commandable}  tune.bufsize 32768\n  lua-prepend-path lua/?.lua\n  lua-load-per-thread probe.lua\n${frontend}`,
    );
  }

  /** What a function of `probe.lua` answers; undefined for nil. */
  call(name: string, ...args: readonly string[]): Promise<string | undefined> {
    const headers = Object.fromEntries(args.map((arg, index) => [`x-arg-${index + 1}`, Buffer.from(arg, 'latin1').toString('hex')]));
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    const socketPath = join(this.#haproxy.folder, 'probe.sock');
    const asked = request({ socketPath, agent: this.#agent, headers: { ...headers, 'x-call': name, host: 'probe' } }, (answer) => {
      let body = '';
      answer.setEncoding('latin1').on('data', (text: string) => (body += text));
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve(body === '-' ? undefined : Buffer.from(body, 'hex').toString('latin1'));
        else reject(new Error(`${name} failed with ${answer.statusCode}`));
      });
    });
    asked.once('error', reject).end();
    return promise;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await this.#haproxy.stop();
  }
}
