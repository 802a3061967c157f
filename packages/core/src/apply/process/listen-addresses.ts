import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { SluiceError, messageOf } from '../../errors.ts';
import type { ListenAddress } from '../../config/listen-address.ts';
import type { ListenAddresses } from '../../plugin/core-tokens.ts';

/** Addresses of which every port is known. */
export interface ResolvedAddresses {
  readonly http: readonly ListenAddress[];
  readonly https: readonly ListenAddress[];
}

/** What is remembered of ports that the system has chosen. */
interface Remembered {
  readonly asked: ResolvedAddresses;
  readonly resolved: ResolvedAddresses;
}

/**
 * Chooses a free port wherever 0 is asked for. The choice of an earlier run in the same folder, kept in the file `ports`, stays, so
 * that a proxy that still serves can be taken over.
 */
export function resolveAddresses(
  { http, https }: Pick<ListenAddresses, 'http' | 'https'>,
  folder: { readonly ports: string },
): ResolvedAddresses {
  const asked = { http, https };
  if ([...http, ...https].every(({ port }) => port !== 0)) return asked;
  const remembered = readRemembered(folder.ports);
  if (remembered !== undefined && JSON.stringify(remembered.asked) === JSON.stringify(asked)) return remembered.resolved;
  const held: Server[] = [];
  const resolve = ({ host, port }: ListenAddress): ListenAddress => ({ host, port: port === 0 ? freePort(held) : port });
  try {
    return { http: http.map(resolve), https: https.map(resolve) };
  } finally {
    for (const server of held) server.close();
  }
}

/** Notes in `ports` what was chosen, for the next run. Throws `SLU3004`, retryable. */
export async function rememberPorts(
  { http, https }: Pick<ListenAddresses, 'http' | 'https'>,
  resolved: ResolvedAddresses,
  folder: { readonly ports: string },
): Promise<void> {
  try {
    await writeFile(folder.ports, JSON.stringify({ asked: { http, https }, resolved } satisfies Remembered), { mode: 0o600 });
  } catch (error) {
    throw new SluiceError('SLU3004', `cannot write to ${folder.ports}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Where ports are chosen from. Those that the system gives to clients (ip_local_port_range of ip(7), from 32768 on) may be taken by any
 * connection between here and the start of the proxy.
 */
const FIRST_PORT = 10_000;
const LAST_PORT = 32_767;
const MOST_DRAWS = 200;
/**
 * Each process begins among ports of its own, by its id: those that start together, whose proxies take their ports a moment after they
 * were found free, do not find the same ones.
 */
const PORTS_EACH = 64;

/** A port that is free on every address. It stays taken until the server is closed, so that no other one is the same. */
function freePort(held: Server[]): number {
  const first = process.pid * PORTS_EACH + randomInt(PORTS_EACH);
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const port = FIRST_PORT + ((first + draw) % (LAST_PORT - FIRST_PORT + 1));
    const server = createServer();
    // Without a name to look up, the socket is bound when this returns, or never.
    server.on('error', () => undefined).listen({ port, exclusive: true });
    const address = server.address();
    if (address === null || typeof address === 'string') continue;
    held.push(server);
    return address.port;
  }
  throw new SluiceError('SLU3001', `no free port between ${FIRST_PORT} and ${LAST_PORT} was found`);
}

/**
 * Makes sure that each address can be bound by somebody who does not share it: a proxy, which does, would take half the
 * connections of another one. Ports that are `ours` already are not looked at. Throws `SLU3001`.
 */
export async function checkAddresses({ http, https }: ResolvedAddresses, ours: ReadonlySet<number>): Promise<void> {
  for (const address of [...http, ...https]) if (!ours.has(address.port)) await checkAddress(address);
}

async function checkAddress({ host, port }: ListenAddress): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ port, exclusive: true, ...(host !== '' && { host }) }, resolve);
    });
    await new Promise((resolve) => void server.close(resolve));
  } catch (error) {
    throw new SluiceError('SLU3001', `cannot listen on ${showAddress({ host, port })}: ${messageOf(error)}`, { cause: error });
  }
}

/** `HOST:PORT` with brackets around an IPv6 address; all addresses are `[::]`. */
export function showAddress({ host, port }: ListenAddress): string {
  const shown = host === '' ? '::' : host;
  return `${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
}

function readRemembered(path: string): Remembered | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null && 'asked' in value && 'resolved' in value ? (value as Remembered) : undefined;
  } catch {
    return undefined;
  }
}
