import type { Outcome } from '../behaviour/wire.ts';
import type { Ports } from '../running-sluice.ts';
import type { ReceivedRequest } from './recording-server.ts';
import { PROBE } from './wide-request.ts';

/** What a client and the servers behind a backend have seen of a request, without what may differ. */
export interface Observation {
  /** `none` when the connection ended without an answer. */
  readonly status: string;
  /** Names in lower case, sorted. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  /** Common name of the certificate that was shown. */
  readonly certificate: string;
  /** In a fixed order. */
  readonly received: readonly ReceivedRequest[];
}

/** What belongs to the connection, the moment or the program, and not to the answer. */
const LEFT_OUT: ReadonlySet<string> = new Set(['date', 'server', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']);

const AFFINITY_COOKIES = /^(INGRESSCOOKIE|route)=[^;]*/;

/** Which program made a page. */
const SIGNATURE = /<center>(sluice|nginx)<\/center>/;

/** Makes outcomes of several backends comparable: what names their own ports, or was made by chance, is named instead. */
export class Observer {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  observe({ answer, certificate }: Outcome, received: readonly ReceivedRequest[]): Observation {
    const headers = (answer?.headers ?? []).filter(([name]) => !LEFT_OUT.has(name.toLowerCase()));
    return {
      status: answer === undefined ? 'none' : String(answer.status),
      headers: this.#comparable(headers),
      body: this.#withoutPorts(answer?.body ?? '').replace(SIGNATURE, '<center>server</center>'),
      certificate: certificate ?? '',
      received: received.map((one) => this.#received(one)).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    };
  }

  /** A text as observations have it. */
  text(text: string): string {
    return this.#withoutPorts(text);
  }

  #received(request: ReceivedRequest): ReceivedRequest {
    const headers = request.headers.filter(([name]) => name.toLowerCase() !== PROBE.toLowerCase());
    return { ...request, target: this.#withoutPorts(request.target), headers: this.#comparable(headers) };
  }

  #comparable(headers: ReceivedRequest['headers']): ReceivedRequest['headers'] {
    const named = headers.map(([name, value]) => [name.toLowerCase(), this.#value(name.toLowerCase(), value)] as const);
    return named.toSorted(([a, one], [b, other]) => (`${a} ${one}` < `${b} ${other}` ? -1 : 1));
  }

  #value(name: string, value: string): string {
    if (name === 'set-cookie') return value.replace(AFFINITY_COOKIES, '$1=<chosen>').replace(/Expires=[^;]*/i, 'Expires=<later>');
    const text = /^(x-request-id|x-req-id)$/.test(name) ? value.replace(/^[0-9a-f]{32}$/, '<id>') : value;
    return this.#withoutPorts(text);
  }

  #withoutPorts(text: string): string {
    const { http, https } = this.#ports;
    const named = (port: number, name: string, of: string): string =>
      of === String(port) ? name : of.replaceAll(new RegExp(`:${port}(?![0-9])`, 'g'), `:${name}`).replaceAll(`%3A${port}`, `%3A${name}`);
    return named(https, '<https>', named(http, '<http>', text));
  }
}

function keyOf({ server, method, target }: ReceivedRequest): string {
  return `${server} ${method} ${target}`;
}
