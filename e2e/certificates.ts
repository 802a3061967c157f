import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { generate } from 'selfsigned';

/** A certificate and its key in PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** A self-signed certificate for some names. */
export async function certificateFor(...names: readonly string[]): Promise<KeyPair> {
  const made = await generate([{ name: 'commonName', value: names[0] ?? '' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: names.map((value) => ({ type: 2 as const, value })) }],
  });
  return { cert: made.cert, key: made.private };
}

export function fingerprintOf({ cert }: KeyPair): string {
  return new X509Certificate(cert).fingerprint256;
}

/** The fingerprint of the certificate that a new handshake gets. */
export async function servedFingerprint(port: number, serverName: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', servername: serverName, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().fingerprint256;
  } finally {
    socket.destroy();
  }
}
