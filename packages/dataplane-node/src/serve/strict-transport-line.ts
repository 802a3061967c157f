import type { StrictTransport } from '@sluice/core';

/** A header line with its end; empty for none. */
export interface TransportLine {
  readonly text: string;
  readonly bytes: Buffer;
}

export const noTransportLine: TransportLine = { text: '', bytes: Buffer.alloc(0) };

const lines = new WeakMap<StrictTransport, TransportLine>();

/** What answers have; nothing without TLS. */
export function strictTransportLine(secure: boolean, settings: StrictTransport): TransportLine {
  if (!secure || settings.header === undefined) return noTransportLine;
  let line = lines.get(settings);
  if (line === undefined) {
    const text = `Strict-Transport-Security: ${settings.header}\r\n`;
    lines.set(settings, (line = { text, bytes: Buffer.from(text, 'latin1') }));
  }
  return line;
}
