import { Socket } from 'node:net';
import type { Server } from 'node:net';
import { Wire } from './wire.ts';

const READ_BYTES = 65_536;

/**
 * Every client reads into this one buffer: a read is dealt with, or copied, before its callback returns, and only one
 * callback runs at a time. Idle connections then cost no buffer, and reading allocates nothing.
 */
const shared = Buffer.allocUnsafeSlow(READ_BYTES);

interface ListeningHandle {
  onconnection: (status: number, handle: unknown) => void;
}

/**
 * Gives each accepted connection to `accept` as a wire that reads into the shared buffer. Call it when `server` listens.
 *
 * Node has the `onread` option only for sockets that it connects, not for those that it accepts. So this takes the
 * accepted handle before `net.Server` makes a socket of it, and makes the socket itself, with the public option. The two
 * names used for that, `_handle` and `onconnection`, have been the same since Node 0.x but are not documented: where they
 * are missing the server's own sockets and their `data` events serve, at about a quarter more CPU for each request.
 */
export function acceptRaw(server: Server, accept: (wire: Wire) => void): void {
  const listening: unknown = Reflect.get(server, '_handle');
  if (!isListeningHandle(listening)) {
    server.on('connection', (socket) => accept(wireOf(socket, false)));
    return;
  }
  listening.onconnection = (status, handle) => {
    if (status !== 0 || handle === undefined || handle === null) return;
    try {
      const wire = rawWire(handle);
      if (wire !== undefined) accept(wire);
    } catch (error) {
      server.emit('error', error);
    }
  };
}

function rawWire(handle: unknown): Wire | undefined {
  let wire: Wire | undefined;
  const onread = { buffer: shared, callback: (count: number) => wire?.received(shared, 0, count) ?? true };
  // The types know `handle` only as something else, hence `Reflect`.
  const socket: unknown = Reflect.construct(Socket, [{ handle, onread, allowHalfOpen: true }]);
  if (!(socket instanceof Socket)) return undefined;
  socket.setNoDelay(true);
  wire = new Wire(socket, false);
  return wire;
}

/** A wire on a socket that Node accepted, fed by its `data` events. */
export function wireOf(socket: Socket, encrypted: boolean): Wire {
  const wire = new Wire(socket, encrypted);
  socket.on('data', (bytes: Buffer) => wire.received(bytes, 0, bytes.length));
  return wire;
}

function isListeningHandle(value: unknown): value is ListeningHandle {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'onconnection') === 'function';
}
