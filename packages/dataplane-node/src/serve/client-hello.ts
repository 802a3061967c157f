import type { Socket } from 'node:net';
import { serverNameOf } from './hello-name.ts';

const HANDSHAKE = 0x16;
const HEADER_BYTES = 5;
/** Longest record before encryption (RFC 8446 section 5.1): more is not waited for. */
const MAX_RECORD_BYTES = 16_384;
/** As it stands in the ALPN extension (RFC 7301 section 3.1): length, then name. */
const HTTP_1_1 = Buffer.from('\x08http/1.1');

/** What a client says before its connection is encrypted. */
export interface ClientHello {
  /** `http/1.1` is among what it offers by ALPN. */
  readonly offersHttp11: boolean;
  /** In lower case; empty for none. */
  readonly serverName: string;
}

/**
 * Looks at the first TLS record of a connection and leaves it unread. Calls `then` once: with what the client says, or with undefined when it is gone, or has been closed because the record did not come in `limitMs`.
 */
export function peekClientHello(socket: Socket, limitMs: number, then: (hello: ClientHello | undefined) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const giveUp = (): void => void socket.destroy();
  const timer = setTimeout(giveUp, limitMs).unref();
  const done = (hello: ClientHello | undefined): void => {
    clearTimeout(timer);
    socket.off('data', onData).off('end', giveUp).off('error', giveUp).off('close', onClose);
    then(hello);
  };
  const onClose = (): void => done(undefined);
  const onData = (more: Buffer): void => {
    bytes = bytes.length === 0 ? more : Buffer.concat([bytes, more]);
    if (!hasRecord(bytes)) return;
    socket.pause();
    socket.unshift(bytes);
    done({ offersHttp11: bytes.includes(HTTP_1_1), serverName: serverNameOf(bytes) });
  };
  socket.on('data', onData).on('end', giveUp).on('error', giveUp).on('close', onClose);
}

/** What is no handshake is as good as whole: the TLS server refuses it. */
function hasRecord(bytes: Buffer): boolean {
  if (bytes[0] !== HANDSHAKE) return true;
  return bytes.length >= HEADER_BYTES && bytes.length >= HEADER_BYTES + Math.min(bytes.readUInt16BE(3), MAX_RECORD_BYTES);
}
