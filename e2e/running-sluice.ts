import type { Diagnostic, Explanation } from '@sluice/core';
import { stopProxies } from './proxy-process.ts';
import type { Destination } from './raw-request.ts';
import { SluiceCommand } from './sluice-command.ts';
import type { CommandOptions, Ended } from './sluice-command.ts';
import { until, untilTrue } from './until.ts';

/** Where a controller listens: ports that the system chose. */
export interface Ports {
  readonly http: number;
  readonly https: number;
  readonly admin: number;
}

interface LogLine {
  readonly msg?: string;
  readonly http?: readonly string[];
  readonly https?: readonly string[];
  readonly port?: number;
}

/** A page of the admin server. */
export interface AdminPage {
  readonly status: number;
  readonly text: string;
}

const anyPort = '127.0.0.1:0';

/** The flags that put every listener on a port that the system chooses. */
export const listenFlags: readonly string[] = ['--http', anyPort, '--https', anyPort, '--admin', anyPort];

/** `sluice run` as a process of its own. */
export class RunningSluice {
  readonly command: SluiceCommand;
  readonly ports: Ports;
  readonly #data: string | undefined;

  private constructor(command: SluiceCommand, ports: Ports, data: string | undefined) {
    this.command = command;
    this.ports = ports;
    this.#data = data;
  }

  /** Starts with `run` and these arguments; resolves when it listens. The settings must lead to JSON logs and to any port. */
  static async listening(args: readonly string[], options?: CommandOptions): Promise<RunningSluice> {
    const command = new SluiceCommand(['run', ...args], options);
    const data = args.includes('--data') ? args[args.indexOf('--data') + 1] : undefined;
    const ports = await until('sluice to listen', () => (command.over ? 'ended' : portsIn(command.stderr))).catch(() => 'mute' as const);
    if (typeof ports === 'string') {
      await command.kill();
      if (data !== undefined) await stopProxies(data);
      throw new Error(`sluice does not listen (${ports}): ${command.stderr}`);
    }
    return new RunningSluice(command, ports, data);
  }

  /** Serves a directory of manifests; resolves when it is ready. */
  static async serving(manifests: string, data: string, more: readonly string[] = [], patienceMs?: number): Promise<RunningSluice> {
    const running = await RunningSluice.listening(['--manifests', manifests, '--data', data, ...listenFlags, ...more]);
    try {
      await running.ready(patienceMs);
    } catch (error) {
      await running.kill();
      throw new Error(`sluice is not ready: ${running.command.stderr.slice(-2000)}`, { cause: error });
    }
    return running;
  }

  /** Resolves when a complete first generation is served. */
  async ready(patienceMs?: number): Promise<void> {
    await untilTrue('readiness', async () => (await this.page('/readyz')).status === 200, patienceMs);
  }

  get http(): Destination {
    return { port: this.ports.http };
  }

  https(serverName: string): Destination {
    return { port: this.ports.https, serverName };
  }

  async page(path: string): Promise<AdminPage> {
    const response = await fetch(`http://127.0.0.1:${this.ports.admin}${path}`);
    return { status: response.status, text: await response.text() };
  }

  async json<T>(path: string): Promise<T> {
    return JSON.parse((await this.page(path)).text) as T;
  }

  async diagnostics(): Promise<readonly Diagnostic[]> {
    return this.json('/api/diagnostics');
  }

  /** The diagnostics as `CODE Kind namespace/name field`, sorted. */
  async findings(): Promise<readonly string[]> {
    const found = await this.diagnostics();
    return found.map(({ code, object, field }) => `${code} ${object.kind} ${object.namespace}/${object.name} ${field}`.trim()).toSorted();
  }

  async explain(url: string, host?: string): Promise<Explanation> {
    const query = new URLSearchParams({ url, ...(host !== undefined && { header: `Host: ${host}` }) });
    return this.json(`/api/explain?${query.toString()}`);
  }

  /** Resolves when a rule takes the host: the edit that brought it is served. */
  async routes(host: string): Promise<void> {
    await untilTrue(`a rule for ${host}`, async () => (await this.explain(`http://${host}/`)).host === host);
  }

  /** Asks it to stop and resolves when it has. */
  async stop(): Promise<Ended> {
    this.command.signal('SIGTERM');
    return this.command.ended();
  }

  /** Ends it at once, and the proxy that would go on without it. */
  async kill(): Promise<void> {
    await this.command.kill();
    if (this.#data !== undefined) await stopProxies(this.#data);
  }
}

/**
 * The ports that the log tells; undefined until all are there. The admin server comes after the data plane, which has none where
 * the backend does not say so.
 */
function portsIn(log: string): Ports | undefined {
  const lines = log.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  const parsed = lines.map((line) => JSON.parse(line) as LogLine);
  const listening = parsed.find(({ msg }) => msg === 'listening');
  const admin = parsed.find(({ msg }) => msg === 'admin server listening')?.port;
  if (admin === undefined) return undefined;
  const portIn = (addresses: readonly string[] = []): number => Number(addresses[0]?.split(':').at(-1) ?? 0);
  return { http: portIn(listening?.http), https: portIn(listening?.https), admin };
}
