import type { ServingSettings, TryFailure, Upstream } from '@sluice/core';
import { line, lines } from '../render/line.ts';
import type { Line, SectionTree } from '../render/line.ts';
import { USUAL_CONNECT_MS, usualWay } from './way.ts';
import type { Way } from './way.ts';

/** What backends have in common: they differ in name and servers alone. */
export interface BackendClass {
  /** Names it: the same for equal classes. */
  readonly key: string;
  readonly way: Way;
  readonly leastConnections: boolean;
  /** A try that failed is repeated with the same server: clients are to stay where they are. */
  readonly faithful: boolean;
}

/** The class of backends without any wish. */
export const usualClass: BackendClass = classWith(usualWay, false, false);

/** The class of an upstream that is spoken to this way. */
export function backendClass(way: Way, { balancing, affinity }: Pick<Upstream, 'affinity' | 'balancing'>): BackendClass {
  return classWith(way, balancing?.kind === 'ewma', affinity?.changeOnFailure === false);
}

function classWith(way: Way, leastConnections: boolean, faithful: boolean): BackendClass {
  return { key: `${way.key}${leastConnections ? 'l' : 'r'}${faithful ? 'f' : ''}`, way, leastConnections, faithful };
}

/** The `defaults` section that all backends of a class are made from. */
export function classSection(one: BackendClass, version: string, { answerHeaders }: ServingSettings): SectionTree {
  return {
    label: `backends with ${describe(one)}`,
    head: ['defaults', sectionName(one), 'from', 'sluice'],
    lines: [...classLines(one, version), ...answerLines(answerHeaders)],
  };
}

export function sectionName({ key }: BackendClass): string {
  return `class_${key}`;
}

/** The first line of a backend of the class. */
export function backendHead(name: string, one: BackendClass): readonly string[] {
  return ['backend', name, 'from', sectionName(one)];
}

/** What every backend has, besides its servers: rules that `defaults` cannot hold. */
export const backendLines: readonly Line[] = lines('use-server %[var(txn.sluice_server)] if { var(txn.sluice_server) -m found }');

function describe({ way, leastConnections, faithful, key }: BackendClass): string {
  const { tls, connectMs } = way;
  const parts = [
    tls === undefined ? 'HTTP' : 'HTTPS',
    ...(connectMs === USUAL_CONNECT_MS ? [] : [`${connectMs} ms to connect`]),
    ...(leastConnections ? ['least connections'] : []),
    ...(faithful ? ['the same endpoint for every try'] : []),
  ];
  return `${parts.join(', ')} (${key})`;
}

/** Whether an HAProxy can try again after 429. */
export function retriesOn429(version: string): boolean {
  return Number(version.split('.')[0]) >= 3;
}

/** What HAProxy calls a failure (`retry-on`). */
const RETRY_ON: Readonly<Record<TryFailure, readonly string[]>> = {
  error: ['conn-failure', 'empty-response'],
  timeout: ['response-timeout'],
  invalid_header: ['junk-response'],
  http_500: ['500'],
  http_502: ['502'],
  http_503: ['503'],
  http_504: ['504'],
  http_403: ['403'],
  http_404: ['404'],
  http_429: ['429'],
};

/** How long an endpoint may be silent, also where a connection has become another protocol: there a client may be silent as long. */
export function readTimeout(variable: string): readonly Line[] {
  return lines(
    ...['server', 'tunnel'].map((which) => `http-request set-timeout ${which} var(${variable}) if { var(${variable}) -m found }`),
  );
}

function classLines({ way: { connectMs, tries }, leastConnections, faithful }: BackendClass, version: string): readonly Line[] {
  const known = tries.on.filter((failure) => failure !== 'http_429' || retriesOn429(version));
  const retryOn = [...new Set(known.flatMap((failure) => RETRY_ON[failure]))];
  const retries = retryOn.length === 0 ? 0 : tries.most - 1;
  return [
    ...(connectMs === USUAL_CONNECT_MS ? [] : [line('timeout', 'connect', `${connectMs}ms`)]),
    line('balance', leastConnections ? 'leastconn' : 'roundrobin'),
    line('retries', retries),
    ...(retries === 0 ? [] : [line('retry-on', ...retryOn), ...(faithful ? [] : [line('option', 'redispatch', 1)])]),
    ...readTimeout('txn.sluice_read_ms'),
    ...(tries.nonIdempotent || retries === 0 ? [] : lines('http-request disable-l7-retry if { method POST LOCK PATCH }')),
  ];
}

/** Headers that are not for clients go before edits come. */
function answerLines({ hidden, server }: ServingSettings['answerHeaders']): readonly Line[] {
  return [
    ...lines('http-response set-var(txn.sluice_answered) bool(1)'),
    ...(server === 'upstream' ? [] : lines('http-response del-header Server')),
    ...hidden.map((name) => line('http-response', 'del-header', name)),
    ...lines('http-response lua.sluice_response if { var(txn.sluice_response) -m found }'),
  ];
}
