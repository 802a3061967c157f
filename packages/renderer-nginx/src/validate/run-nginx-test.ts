import { spawn } from 'node:child_process';
import { nginxArguments } from '../apply/nginx-folder.ts';

/** How one `nginx -t` ended. */
export type TestResult = { readonly kind: 'passed' } | { readonly kind: 'failed'; readonly output: string } | { readonly kind: 'timedOut' };

export interface TestRun {
  readonly binary: string;
  /** The scratch folder: nginx runs in it. */
  readonly folder: string;
  readonly timeoutMs: number;
  /** Ends the test; the promise rejects with its reason. */
  readonly signal: AbortSignal;
}

/** Enough to hold every complaint; what comes after it does not matter. */
const LONGEST_OUTPUT = 256 * 1024;

/** Runs `nginx -t` once. Rejects when it cannot be run, or when `signal` fires. */
export async function runNginxTest({ binary, folder, timeoutMs, signal }: TestRun): Promise<TestResult> {
  signal.throwIfAborted();
  const child = spawn(binary, [...nginxArguments, '-e', 'stderr', '-t'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-LONGEST_OUTPUT)));
  const { promise, resolve, reject } = Promise.withResolvers<TestResult>();
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    resolve({ kind: 'timedOut' });
  }, timeoutMs);
  const abort = (): void => {
    child.kill('SIGKILL');
    reject(signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  child.once('error', reject).once('close', (status) => resolve(status === 0 ? { kind: 'passed' } : { kind: 'failed', output }));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
