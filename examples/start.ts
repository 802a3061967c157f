/**
 * What `npm start` runs: the example upstreams in this process, and Sluice with the Node data plane as a child.
 * Ends with 0 after Ctrl-C or SIGTERM, with 3 when a port is in use, else with what Sluice ended with.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endingOf, STOP_MS } from './ending.ts';
import { startUpstreams } from './upstreams/server.ts';
import type { RunningUpstreams } from './upstreams/server.ts';
import { whatToTry } from './what-to-try.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const admin = '127.0.0.1:10254';

/** After this time without an answer the user is told. */
const SLOW_START_MS = 30_000;

/** Starts Sluice in a process group of its own, so that Ctrl-C reaches it once: from here. */
function startSluice(data: string): ChildProcess {
  const flags = {
    '--backend': 'node',
    '--manifests': 'examples/shop',
    '--http': ':8080',
    '--https': ':8443',
    '--admin': admin,
    '--data': data,
  };
  const args = [join(root, 'apps/controller/bin/sluice.js'), 'run', ...Object.entries(flags).flat(), '--log-format', 'pretty'];
  return spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], detached: process.platform !== 'win32' });
}

async function announceWhenReady(stopped: AbortSignal): Promise<void> {
  const startMs = performance.now();
  let told = false;
  while (!stopped.aborted) {
    if (await isReady(stopped)) return console.log(whatToTry);
    if (!told && performance.now() - startMs > SLOW_START_MS) {
      told = true;
      console.error(`Still not ready: see the messages above and http://${admin}/readyz`);
    }
    await delay(100);
  }
}

async function isReady(signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(`http://${admin}/readyz`, { signal: AbortSignal.any([signal, AbortSignal.timeout(2000)]) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

/** Passes the wish to stop on to the child, once, and kills it when it does not end. Returns whether anybody wished so. */
function stopOnSignal(child: ChildProcess): () => boolean {
  let wished = false;
  const stop = (): void => {
    if (wished) return;
    wished = true;
    console.error('Stopping ...');
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  process.on('exit', () => child.kill('SIGKILL'));
  return () => wished;
}

/** Runs Sluice to its end. Returns the exit status for this process. */
async function runSluice(data: string): Promise<number> {
  const child = startSluice(data);
  const wished = stopOnSignal(child);
  const ended = new AbortController();
  const announcement = announceWhenReady(ended.signal);
  const code = await once(child, 'exit').then(([given]: unknown[]) => (typeof given === 'number' ? given : null));
  ended.abort();
  await announcement;
  const { status, message } = endingOf({ status: code, wished: wished(), ports: `8080 and 8443 and ${admin}` });
  if (message !== undefined) console.error(message);
  return status;
}

async function upstreamsOrReason(): Promise<RunningUpstreams | string> {
  try {
    return await startUpstreams();
  } catch (error) {
    const { code, port, message } = error as NodeJS.ErrnoException & { readonly port?: number };
    return code === 'EADDRINUSE'
      ? `Port ${port} is in use; the example upstreams need 9001 to 9009. Is another "npm start" running?`
      : message;
  }
}

async function main(): Promise<number> {
  const servers = await upstreamsOrReason();
  if (typeof servers === 'string') {
    console.error(servers);
    return 3;
  }
  const data = await mkdtemp(join(tmpdir(), 'sluice-example-'));
  try {
    return await runSluice(data);
  } finally {
    await servers.close();
    await rm(data, { recursive: true, force: true });
  }
}

process.exitCode = await main();
