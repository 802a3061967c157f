import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { SluiceError, findProgram } from '@sluice/core';
import type { HaproxyOptions } from '../options.ts';

/** What an HAProxy can do, by its own words and by its version. */
export interface Capabilities {
  /** `2.6.12`. */
  readonly version: string;
  /** Version of its Lua; undefined without it. */
  readonly lua: string | undefined;
  /** Version of its OpenSSL; undefined without TLS. */
  readonly openssl: string | undefined;
  /** Whether regular expressions are compiled to machine code. */
  readonly pcre2Jit: boolean;
  /** Most threads that a worker can have. */
  readonly threads: number;
  /** `reload` on the master socket answers how it went (2.7). */
  readonly answersReload: boolean;
  /** `wait ... srv-removable` (3.0). */
  readonly waitsForServers: boolean;
}

/** An HAProxy on this machine. */
export interface FoundHaproxy {
  readonly path: string;
  readonly capabilities: Capabilities;
}

const USUAL_FOLDERS = ['/usr/sbin', '/usr/local/sbin'];
const TIME_LIMIT_MS = 10_000;

const known = new Map<string, FoundHaproxy | undefined>();

/** Looks for HAProxy and asks it what it can do; undefined when there is none. Answers are kept for as long as the file is the same. */
export function probeHaproxy({ binary }: Pick<HaproxyOptions, 'binary'>): FoundHaproxy | undefined {
  const path = findProgram(binary ?? 'haproxy', USUAL_FOLDERS);
  if (path === undefined) return undefined;
  const { ino, mtimeMs } = statSync(path);
  const key = `${path} ${ino} ${mtimeMs}`;
  if (!known.has(key)) known.set(key, ask(path));
  return known.get(key);
}

/** Reads what `haproxy -vv` prints; undefined when it is of another program. */
export function readCapabilities(printed: string): Capabilities | undefined {
  const version = /^HA-?Proxy version (\d+\.\d+(?:\.\d+)?)/m.exec(printed)?.[1];
  if (version === undefined) return undefined;
  return {
    version,
    lua: /^Built with Lua version : Lua (\S+)/m.exec(printed)?.[1],
    openssl: /^Running on OpenSSL version : (?:OpenSSL )?(\S+)/m.exec(printed)?.[1],
    pcre2Jit: /^PCRE2 library supports JIT : yes/m.test(printed),
    threads: Number(/MAX_THREADS=(\d+)/.exec(printed)?.[1] ?? 1),
    answersReload: isAtLeast(version, 2, 7),
    waitsForServers: isAtLeast(version, 3, 0),
  };
}

/** What is wrong with what was found, as an error that says what to install; undefined when it can be used. Always `SLU3002`. */
export function unusableHaproxy(found: FoundHaproxy | undefined, binary: string | undefined): SluiceError | undefined {
  const install = 'install HAProxy 2.6 or later with Lua (apt-get install haproxy)';
  if (found === undefined) {
    const where = binary === undefined ? 'HAProxy is not installed' : `${binary} is not an HAProxy that can be run`;
    return new SluiceError('SLU3002', `${where}: ${install}`);
  }
  const { version, lua, openssl } = found.capabilities;
  const told = (what: string): SluiceError => new SluiceError('SLU3002', `${found.path} ${what}: ${install}`);
  if (!isAtLeast(version, 2, 6)) return told(`is HAProxy ${version}, which is too old`);
  if (lua === undefined) return told('was built without Lua');
  return openssl === undefined ? told('was built without OpenSSL') : undefined;
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [its = 0, more = 0] = version.split('.').map(Number);
  return its > major || (its === major && more >= minor);
}

function ask(path: string): FoundHaproxy | undefined {
  const { stdout } = spawnSync(path, ['-vv'], { encoding: 'utf8', timeout: TIME_LIMIT_MS, stdio: ['ignore', 'pipe', 'ignore'] });
  const capabilities = readCapabilities(stdout ?? '');
  return capabilities && { path, capabilities };
}
