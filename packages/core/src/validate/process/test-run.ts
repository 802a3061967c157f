import { spawn } from 'node:child_process';

/** How one look of a proxy at a configuration ended. */
export type TestResult = { readonly kind: 'passed' } | { readonly kind: 'failed'; readonly output: string } | { readonly kind: 'timedOut' };

export interface TestRun {
  readonly binary: string;
  /** With which it looks at the configuration and ends. */
  readonly parameters: readonly string[];
  /** The scratch folder: it runs in it. */
  readonly folder: string;
  readonly timeoutMs: number;
  /** Ends the test; the promise rejects with its reason. */
  readonly signal: AbortSignal;
}

/** Enough to hold every complaint; what comes after it does not matter. */
const LONGEST_OUTPUT = 256 * 1024;

/** Runs a proxy once for it to test a configuration. Rejects when it cannot be run, or when `signal` fires. */
export async function runTest({ binary, parameters, folder, timeoutMs, signal }: TestRun): Promise<TestResult> {
  signal.throwIfAborted();
  const child = spawn(binary, [...parameters], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
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
