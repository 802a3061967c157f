import type { Socket } from 'node:net';
import { readProxyHeader } from './proxy-header.ts';
import type { ProxiedAddresses } from './proxy-header.ts';
import type { Wire } from './wire.ts';

/** What a header of the PROXY protocol says; nothing where it is from somebody who asks for himself. */
export type Greeting = ProxiedAddresses | undefined;

/**
 * Reads the header of the PROXY protocol with which a connection begins. Calls `then` with what came behind it, unless the connection is closed:
 * because there is none, or because it did not come in `limitMs`.
 */
export function readGreeting(wire: Wire, limitMs: number, then: (greeting: Greeting, rest: Buffer) => void): void {
  let held: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => wire.destroy(), limitMs).unref();
  wire.attach({
    onBytes(bytes, start, end) {
      held = Buffer.concat([held, bytes.subarray(start, end)]);
      const header = readProxyHeader(held);
      if (header.kind === 'more') return;
      clearTimeout(timer);
      if (header.kind === 'invalid') wire.destroy();
      else then(header.addresses, held.subarray(header.length));
    },
    onEnd: () => wire.destroy(),
    onFlushed: () => undefined,
    onGone: () => clearTimeout(timer),
    onFault: () => wire.destroy(),
  });
}

/** The same for a socket that somebody else will read: what comes behind the header stays unread. `then` is called in any case, without success too. */
export function readSocketGreeting(socket: Socket, limitMs: number, then: (success: boolean, greeting: Greeting) => void): void {
  let held: Buffer = Buffer.alloc(0);
  const giveUp = (): void => void socket.destroy();
  const timer = setTimeout(giveUp, limitMs).unref();
  const done = (success: boolean, greeting?: Greeting): void => {
    clearTimeout(timer);
    socket.off('data', onData).off('end', giveUp).off('error', giveUp).off('close', onClose);
    then(success, greeting);
  };
  const onClose = (): void => done(false);
  const onData = (more: Buffer): void => {
    held = Buffer.concat([held, more]);
    const header = readProxyHeader(held);
    if (header.kind === 'more') return;
    if (header.kind === 'invalid') return giveUp();
    socket.pause();
    if (held.length > header.length) socket.unshift(held.subarray(header.length));
    done(true, header.addresses);
    // Somebody else listens by now.
    socket.resume();
  };
  socket.on('data', onData).on('end', giveUp).on('error', giveUp).on('close', onClose);
}
