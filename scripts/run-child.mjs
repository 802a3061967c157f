import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ROOT } from './workspace-node.mjs';

// npm ends on a signal without waiting for what it runs. That must not go on alone.
if (process.env.npm_lifecycle_event !== undefined) await import('./follow-parent.mjs');

/** A terminal and npm both deliver one Ctrl-C: what comes again within this time is the same one. */
const SAME_SIGNAL_MS = 500;
/** How long the child may take to end after a signal before its whole process group is killed. */
const GRACE_MS = 30_000;

/**
 * Runs a program in the checkout with this process's input and output, and waits for it. SIGINT, SIGTERM and SIGHUP are passed
 * on once; whatever the program leaves behind in its process group is stopped with it.
 * @returns {Promise<number>} its exit status; 128 + n when signal n ended it
 */
export function runChild(command, args, { env = process.env } = {}) {
  const child = spawn(command, args, { cwd: ROOT, env, stdio: 'inherit', detached: true });
  const stopForwarding = forwardSignals(child);
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      stopForwarding();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      stopForwarding();
      signalGroup(child.pid, 'SIGKILL');
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

function forwardSignals(child) {
  let lastAt = Number.NEGATIVE_INFINITY;
  let timer;
  const forward = (signal) => {
    if (performance.now() - lastAt < SAME_SIGNAL_MS) return;
    lastAt = performance.now();
    child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
    timer ??= setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  return () => {
    clearTimeout(timer);
    for (const signal of signals) process.off(signal, forward);
  };
}

function signalGroup(pid, signal) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended already, which is what was wanted.
  }
}
