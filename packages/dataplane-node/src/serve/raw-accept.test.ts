import { once } from 'node:events';
import { expect, test } from 'vitest';
import { listenOn, plainServer } from './listener.ts';
import { acceptRaw } from './raw-accept.ts';
import { exchange } from './testing/raw-client.ts';
import { portOf } from './testing/test-proxy.ts';
import type { Wire } from './wire.ts';

/** Answers the first bytes of a connection with the same bytes, then ends it. */
function echoOnce(wire: Wire): void {
  wire.attach({
    onBytes: (bytes, start, end) => {
      wire.write(Buffer.from(bytes.subarray(start, end)));
      wire.end();
    },
    onEnd: () => wire.end(),
    onFlushed: () => {},
    onGone: () => {},
    onFault: () => wire.destroy(),
  });
}

test.each(['taken from the handle', 'made by Node when there is no handle to take'])('sockets %s serve', async (how) => {
  const server = plainServer();
  const early = how.startsWith('made');
  // A server that does not listen yet has no handle, as one whose private names have changed.
  if (early) acceptRaw(server, echoOnce);
  await listenOn(server, { host: '127.0.0.1', port: 0 });
  if (!early) acceptRaw(server, echoOnce);
  expect(await exchange(portOf(server.address()), 'hello')).toBe('hello');
  server.close();
  await once(server, 'close');
});
