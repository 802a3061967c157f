const SERVER_NAME = 0;
const HOST_NAME = 0;
/** Record header, handshake header, version and random (RFC 8446 section 4.1.2). */
const SESSION_AT = 5 + 4 + 2 + 32;

/** The name in the `server_name` extension (RFC 6066 section 3) of a TLS record with a ClientHello, in lower case; empty for none. */
export function serverNameOf(record: Buffer): string {
  try {
    return nameFrom(record);
  } catch {
    // Lengths that lead beyond the end: OpenSSL will refuse the handshake.
    return '';
  }
}

function nameFrom(record: Buffer): string {
  const ciphersAt = SESSION_AT + 1 + record.readUInt8(SESSION_AT);
  const compressionAt = ciphersAt + 2 + record.readUInt16BE(ciphersAt);
  const extensionsAt = compressionAt + 1 + record.readUInt8(compressionAt);
  let at = extensionsAt + 2;
  const end = at + record.readUInt16BE(extensionsAt);
  while (at < end) {
    const [type, length] = [record.readUInt16BE(at), record.readUInt16BE(at + 2)];
    at += 4;
    if (type === SERVER_NAME) return record.readUInt8(at + 2) === HOST_NAME ? textAt(record, at + 3) : '';
    at += length;
  }
  return '';
}

function textAt(record: Buffer, at: number): string {
  const length = record.readUInt16BE(at);
  return record.toString('latin1', at + 2, at + 2 + length).toLowerCase();
}
