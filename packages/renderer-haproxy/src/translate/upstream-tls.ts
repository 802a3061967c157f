import { KeyMaterial } from '@sluice/core';
import type { UpstreamTls } from '@sluice/core';
import type { GeneratedFile } from '../render/haproxy-table.ts';
import { printWords } from '../render/print.ts';
import type { Way } from './way.ts';

/** What follows the address of a server, with the files that it names. */
export interface ServerParameters {
  readonly parameters: string;
  readonly files: readonly GeneratedFile[];
}

/** A name that can stand in an expression; the core lets no other pass. */
const NAME = /^[A-Za-z0-9_.-]+$/;
const CIPHERS = /^[A-Za-z0-9_:+!@=-]+$/;

/** How TLS is spoken to the servers. */
export function serverParameters({ tls }: Way): ServerParameters {
  if (tls === undefined) return { parameters: '', files: [] };
  if (tls === 'unverified') return { parameters: 'ssl verify none', files: [] };
  const files = filesOf(tls);
  return { parameters: printWords(['ssl', ...wordsOf(tls)]), files };
}

function wordsOf(tls: UpstreamTls): readonly string[] {
  const known = tls.name !== undefined && NAME.test(tls.name) ? tls.name : undefined;
  return [...identityWords(tls, known), ...protocolWords(tls)];
}

/** Who is to answer, and what it is shown. */
function identityWords(tls: UpstreamTls, name: string | undefined): readonly string[] {
  const { verify, authorities, client, sendServerName } = tls;
  return [
    ...(verify && authorities !== undefined ? ['verify', 'required', 'ca-file', `current/${authoritiesPath(tls)}`] : ['verify', 'none']),
    ...(verify && name !== undefined ? ['verifyhost', name] : []),
    ...(client === undefined ? [] : ['crt', `current/${clientPath(tls)}`]),
    ...(sendServerName && name !== undefined ? ['sni', `str(${name})`] : []),
  ];
}

function protocolWords({ protocols, ciphers }: UpstreamTls): readonly string[] {
  return [
    ...(protocols.includes('TLSv1.2') ? [] : ['ssl-min-ver', 'TLSv1.3']),
    ...(protocols.includes('TLSv1.3') ? [] : ['ssl-max-ver', 'TLSv1.2']),
    ...(ciphers !== undefined && CIPHERS.test(ciphers) ? ['ciphers', ciphers] : []),
  ];
}

function filesOf(tls: UpstreamTls): readonly GeneratedFile[] {
  const { client, authorities } = tls;
  return [
    ...(authorities === undefined ? [] : [{ path: authoritiesPath(tls), content: authorities }]),
    ...(client === undefined
      ? []
      : [{ path: clientPath(tls), content: new KeyMaterial(`${client.chain.trimEnd()}\n${client.privateKey.reveal()}`) }]),
  ];
}

function authoritiesPath({ id }: UpstreamTls): string {
  return `upstream-tls/${id.slice(0, 24)}.ca.pem`;
}

function clientPath({ id }: UpstreamTls): string {
  return `upstream-tls/${id.slice(0, 24)}.pem`;
}
