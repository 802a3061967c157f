import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { ListenAddress } from '../config/listen-address.ts';
import { messageOf } from '../errors.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import { streamName } from '../model/stream-service.ts';
import type { StreamService } from '../model/stream-service.ts';
import { diagnose } from '../observe/diagnostic.ts';
import type { Diagnostic } from '../observe/diagnostic.ts';
import type { Admission } from './admission.ts';

/** What is known of ports before anybody tries to listen on those of streams. */
export interface StreamPorts {
  /** Where HTTP is listened on: the addresses of streams as well. */
  readonly listen: { readonly http: readonly ListenAddress[]; readonly https: readonly ListenAddress[] };
  /** The data plane listens there for a stream already. */
  readonly isOurs: (stream: StreamService) => boolean;
}

/** The hosts whose ports streams have: those of HTTP, or all. */
export function streamHosts({ http, https }: StreamPorts['listen']): readonly string[] {
  const hosts = new Set([...(http.length > 0 ? http : https)].map(({ host }) => host));
  return hosts.size === 0 || hosts.has('') ? [''] : [...hosts];
}

/**
 * Leaves out streams whose ports cannot be listened on: somebody else has them, or this process may not. A proxy of its own would tell of it when
 * it is too late, and take nothing new at all.
 */
export async function admitStreams(model: RoutingModel, ports: StreamPorts): Promise<Admission> {
  if (model.streams.length === 0) return { model, diagnostics: [] };
  const diagnostics: Diagnostic[] = [];
  const hosts = streamHosts(ports.listen);
  const own = new Set([...ports.listen.http, ...ports.listen.https].map(({ port }) => port));
  const streams: StreamService[] = [];
  for (const stream of model.streams) {
    const because = stream.protocol === 'tcp' && own.has(stream.port) ? 'it is a port for HTTP' : await hindrance(stream, hosts, ports);
    if (because === undefined) streams.push(stream);
    else diagnostics.push(diagnose('SLU1702', stream.from, `${streamName(stream)} is not served: ${because}`));
  }
  return diagnostics.length === 0 ? { model, diagnostics } : { model: { ...model, streams }, diagnostics };
}

async function hindrance(stream: StreamService, hosts: readonly string[], { isOurs }: StreamPorts): Promise<string | undefined> {
  if (isOurs(stream)) return undefined;
  const bind = stream.protocol === 'tcp' ? bindTcp : bindUdp;
  for (const host of hosts) {
    try {
      await bind(host, stream.port);
    } catch (error) {
      return messageOf(error);
    }
  }
  return undefined;
}

function bindTcp(host: string, port: number): Promise<void> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen({ port, exclusive: true, ...(host !== '' && { host }) }, () => server.close(() => resolve()));
  });
}

/** All addresses are those of both families; a system without IPv6 has one. */
async function bindUdp(host: string, port: number): Promise<void> {
  if (host !== '') return bindDatagrams(host.includes(':') ? 'udp6' : 'udp4', host, port);
  try {
    await bindDatagrams('udp6', '::', port);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAFNOSUPPORT')) throw error;
    await bindDatagrams('udp4', '0.0.0.0', port);
  }
}

function bindDatagrams(type: 'udp4' | 'udp6', address: string, port: number): Promise<void> {
  const socket = createSocket({ type });
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once('error', failed).bind({ address, port, exclusive: true }, () => socket.close(() => resolve()));
  });
}
