import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { occupyPort } from '../socket-port.ts';
import type { TemporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';

/** One series of an answer. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

interface ApiAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data?: {
    readonly resultType: string;
    readonly result: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[];
  };
}

/** Prometheus that scrapes one target each second. */
export class RunningPrometheus {
  readonly #child: ChildProcess;
  readonly #base: string;

  private constructor(child: ChildProcess, base: string) {
    this.#child = child;
    this.#base = base;
  }

  static async scraping(target: string, folder: TemporaryFolder): Promise<RunningPrometheus> {
    const config = {
      global: { scrape_interval: '1s' },
      scrape_configs: [{ job_name: 'sluice', honor_labels: true, static_configs: [{ targets: [target] }] }],
    };
    const file = folder.write('prometheus.yml', JSON.stringify(config));
    const { port, release } = await occupyPort();
    await release();
    const address = `127.0.0.1:${port}`;
    const flags = [
      `--config.file=${file}`,
      `--storage.tsdb.path=${folder.at('prometheus')}`,
      `--web.listen-address=${address}`,
      '--log.level=error',
    ];
    const child = spawn('prometheus', flags, { stdio: 'ignore' });
    const running = new RunningPrometheus(child, `http://${address}`);
    await until('Prometheus', async () => ((await fetch(`http://${address}/-/ready`)).ok ? true : undefined));
    return running;
  }

  /** Rejects with what Prometheus says about a query that it does not take. */
  async query(text: string): Promise<readonly Series[]> {
    const answer = (await (
      await fetch(`${this.#base}/api/v1/query?${new URLSearchParams({ query: text }).toString()}`)
    ).json()) as ApiAnswer;
    if (answer.status !== 'success' || answer.data === undefined) throw new Error(`${text}: ${answer.error}`);
    return answer.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
