/** An entry of a ConfigMap of TCP or UDP services: `PORT: NAMESPACE/SERVICE:PORT[:PROXY][:PROXY]`. */
export interface StreamEntry {
  readonly port: number;
  readonly namespace: string;
  readonly service: string;
  /** Number or name. */
  readonly servicePort: string;
  readonly acceptProxy: boolean;
  readonly sendProxy: boolean;
  /** What of it means nothing. */
  readonly idle: readonly string[];
}

export type ReadEntry = { readonly ok: true; readonly entry: StreamEntry } | { readonly ok: false; readonly because: string };

const SHAPE =
  'it must be NAMESPACE/SERVICE:PORT, with :PROXY behind it to read the client from the PROXY protocol and another to pass it on';
const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const PORT_NAME = /^(?=.*[a-z])[a-z0-9](?:[a-z0-9-]{0,13}[a-z0-9])?$/;

/** Reads an entry as ingress-nginx does, whose third and fourth part count if they are the word PROXY in any spelling. */
export function readStreamEntry(key: string, value: string, protocol: 'tcp' | 'udp'): ReadEntry {
  const port = portOf(key);
  if (port === undefined) return { ok: false, because: 'the key must be a port, a number from 1 to 65535' };
  const [target = '', servicePort = '', ...words] = value.trim().split(':');
  const [namespace = '', service = '', ...more] = target.split('/');
  const isRight = [namespace, service].every((name) => NAME.test(name)) && isServicePort(servicePort) && more.length === 0;
  if (!isRight || words.length > 2)
    return { ok: false, because: `the value ${JSON.stringify(value.slice(0, 80))} is not understood: ${SHAPE}` };
  return { ok: true, entry: { port, namespace, service, servicePort, ...proxyWords(words, protocol === 'tcp') } };
}

/** What the words behind the Service say; nothing where there is no PROXY protocol. */
function proxyWords(words: readonly string[], known: boolean): Pick<StreamEntry, 'acceptProxy' | 'idle' | 'sendProxy'> {
  const counts = (word: string | undefined): boolean => known && word?.toUpperCase() === 'PROXY';
  return {
    acceptProxy: counts(words[0]),
    sendProxy: counts(words[1]),
    idle: words.filter((word) => word !== '' && !counts(word)),
  };
}

function isServicePort(text: string): boolean {
  return portOf(text) !== undefined || PORT_NAME.test(text);
}

function portOf(text: string): number | undefined {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
