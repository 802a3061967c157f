import { SluiceError } from '../errors.ts';

/** Where to listen. An empty host means every address, IPv6 and IPv4. */
export interface ListenAddress {
  readonly host: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
}

/** Reads `HOST:PORT`, `[IPV6]:PORT` or `:PORT`. Throws `SLU2003`. */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535)
    throw new SluiceError('SLU2003', `${JSON.stringify(text)} is not an address to listen on: write HOST:PORT or :PORT`);
  return { host: match[1] ?? match[2] ?? '', port };
}
