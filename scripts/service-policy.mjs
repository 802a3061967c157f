import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

/** Debian asks this program whether a service may be started; 101 says no (invoke-rc.d(8)). */
export const POLICY = '/usr/sbin/policy-rc.d';

const MARK = '# Put here by Sluice for the time of an installation.';
const DENIED = 101;

/**
 * Runs an action while no package may start a service, and leaves the machine's policy as it was, whatever happens to the action. Should this
 * process be killed, what it leaves behind lets the machine's own policy decide; the next call takes it away.
 * @template T
 * @param {() => T} action must not be asynchronous
 * @param {string} path
 * @returns {T}
 */
export function withoutServiceStarts(action, path = POLICY) {
  // With a handler, a signal waits until the action is over instead of ending the process in the middle.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const pending = [];
  const note = (signal) => pending.push(signal);
  for (const signal of signals) process.on(signal, note);
  try {
    restore(path);
    if (denies(path)) return action();
    deny(path);
    try {
      return action();
    } finally {
      restore(path);
    }
  } finally {
    setImmediate(() => {
      for (const signal of signals) process.off(signal, note);
      if (pending.length > 0) process.kill(process.pid, pending[0]);
    });
  }
}

function denies(path) {
  return existsSync(path) && spawnSync(path, ['nginx', 'start']).status === DENIED;
}

function deny(path) {
  const former = formerPath(path);
  if (existsSync(path)) renameSync(path, former);
  const script = [
    '#!/bin/sh',
    MARK,
    `kill -0 ${process.pid} 2>/dev/null && exit ${DENIED}`,
    `[ -x '${former}' ] && exec '${former}' "$@"`,
    'exit 0',
    '',
  ];
  writeFileSync(path, script.join('\n'), { mode: 0o755 });
}

/** Takes our own policy away and puts the former one back. What another running process of ours put there stays. */
function restore(path) {
  if (!existsSync(path)) return putBack(path);
  const owner = /kill -0 (\d+) /.exec(ownText(path))?.[1];
  if (owner === undefined || (Number(owner) !== process.pid && isRunning(Number(owner)))) return;
  rmSync(path);
  putBack(path);
}

function putBack(path) {
  if (existsSync(formerPath(path))) renameSync(formerPath(path), path);
}

function ownText(path) {
  const text = readFileSync(path, 'utf8');
  return text.includes(MARK) ? text : '';
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function formerPath(path) {
  return `${path}.before-sluice`;
}
