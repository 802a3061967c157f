import { X509Certificate } from 'node:crypto';
import { DEFAULT_NAME, KeyMaterial, certificateNames, wildcardAbove } from '@sluice/core';
import type { Certificate, CertificateNames, ClientVerification, RoutingModel, VirtualHost } from '@sluice/core';
import type { CertificateLine, GeneratedFile, ServedCertificate } from '../render/haproxy-table.ts';
import { printWords } from '../render/print.ts';
import { digestOf } from './record.ts';

/** What HAProxy shows to whoever asks for a name, and what it asks for in turn. */
export interface CertificateTree {
  readonly certificates: readonly ServedCertificate[];
  readonly lines: readonly CertificateLine[];
  /** Authorities of client certificates. */
  readonly files: readonly GeneratedFile[];
}

const served = new WeakMap<Certificate, ServedCertificate>();

/** Certificates of a model by the names that clients ask for; the first line is for all other names. */
export function certificateLines(model: RoutingModel): CertificateTree {
  const files = new Map<string, GeneratedFile>();
  const options = optionsByName(model.virtualHosts, files);
  const names = new Map(certificateNames(model));
  const standard = names.get(DEFAULT_NAME);
  for (const name of options.keys()) if (!names.has(name)) names.set(name, standard);
  const { refusesUnknownNames } = model.settings.transportSecurity;
  if (refusesUnknownNames) for (const name of ownNames(model)) if (!names.has(name)) names.set(name, standard);
  const first = lineFor(standard, options.get(DEFAULT_NAME) ?? '');
  const isForOthers = standard === undefined && !refusesUnknownNames;
  const lines = [isForOthers ? first : { ...first, names: [NOBODY] }, ...groupedLines(names, options)];
  const used = new Set(lines.map(({ certificate }) => certificate));
  return {
    certificates: model.certificates.map(servedCertificate).filter(({ name }) => used.has(name)),
    lines,
    files: [...files.values()],
  };
}

/**
 * Nobody's name (RFC 6761 section 6.4), for the first line, which HAProxy has for all other names: without any it would be for those that the
 * certificate lists, too.
 */
const NOBODY = 'sluice.invalid';

/** Every name that a host has. */
function ownNames({ virtualHosts }: RoutingModel): readonly string[] {
  return virtualHosts.flatMap((host) => (host.match.kind === 'any' ? [] : [host.name, ...exactAliases(host)]));
}

/** A line for each certificate with what is asked for, and the names that it is for. */
function groupedLines(names: CertificateNames, options: ReadonlyMap<string, string>): readonly CertificateLine[] {
  const grouped = new Map<string, CertificateLine & { names: string[] }>();
  const add = (name: string, filter: string): void => {
    const line = lineFor(names.get(name), options.get(name) ?? '');
    const key = `${line.certificate ?? ''} ${line.options}`;
    const known = grouped.get(key);
    if (known === undefined) grouped.set(key, { ...line, names: [filter] });
    else known.names.push(filter);
  };
  for (const name of names.keys()) if (name !== DEFAULT_NAME && isServerName(name)) add(name, name);
  keepExactNames(names, (name, above) => add(above, `!${name}`));
  return [...grouped.values()].map((line) => ({ ...line, names: line.names.toSorted() }));
}

/**
 * Tells each name that has another kind of key than the wildcard above it: HAProxy looks for keys of each kind on their own, and takes a wildcard with an
 * elliptic curve before the equal name with RSA.
 */
function keepExactNames(names: CertificateNames, tell: (name: string, above: string) => void): void {
  for (const [name, certificate] of names) {
    const above = wildcardAbove(name);
    if (above === undefined || !names.has(above) || !isServerName(name)) continue;
    if (keyKind(certificate) !== keyKind(names.get(above))) tell(name, above);
  }
}

const kinds = new WeakMap<Certificate, string | undefined>();

/** What kind of key a certificate has; undefined for the default one, which may have any. */
function keyKind(certificate: Certificate | undefined): string | undefined {
  if (certificate === undefined) return undefined;
  if (!kinds.has(certificate)) kinds.set(certificate, new X509Certificate(certificate.chain).publicKey.asymmetricKeyType);
  return kinds.get(certificate);
}

/** What HAProxy takes for a filter of names. */
function isServerName(name: string): boolean {
  return /^(?:\*\.)?[A-Za-z0-9_.-]+$/.test(name);
}

function lineFor(certificate: Certificate | undefined, options: string): CertificateLine {
  const own = certificate && servedCertificate(certificate);
  return { certificate: own?.name, options, names: [], ...(own && { from: own.from }) };
}

function servedCertificate(certificate: Certificate): ServedCertificate {
  let made = served.get(certificate);
  if (made === undefined) {
    const { id, chain, privateKey, from } = certificate;
    const pem = new KeyMaterial(`${chain.trimEnd()}\n${privateKey.reveal().trimEnd()}\n`);
    served.set(certificate, (made = { name: digestOf(id), label: id, pem, from }));
  }
  return made;
}

/** What hosts that check client certificates say in brackets, by their names; an alias that is a name of a host is of that one. */
function optionsByName(hosts: readonly VirtualHost[], files: Map<string, GeneratedFile>): ReadonlyMap<string, string> {
  const checking = hosts.flatMap((host) => {
    const { clientAuth } = host;
    return clientAuth?.kind === 'verify' && clientAuth.mode !== 'off' ? { host, words: printWords(verification(clientAuth, files)) } : [];
  });
  const taken = new Set(hosts.map(({ name }) => name));
  const options = new Map(checking.map(({ host, words }) => [host.name, words]));
  const aliases = checking.flatMap(({ host, words }) => exactAliases(host).map((name) => ({ name, words })));
  for (const { name, words } of aliases) if (!taken.has(name) && !options.has(name)) options.set(name, words);
  return options;
}

function exactAliases({ aliases }: VirtualHost): readonly string[] {
  return (aliases?.matches ?? []).flatMap((match) => (match.kind === 'exact' ? match.name : []));
}

/** A certificate that does not pass must not end the handshake: the request is answered 400, or led to a page. */
function verification({ authorities, revocations, from }: ClientVerification, files: Map<string, GeneratedFile>): readonly string[] {
  const add = (content: string): string => {
    const path = `authorities/${digestOf(content)}.pem`;
    const { kind, namespace, name } = from.object;
    files.set(path, { path, label: `authorities of client certificates of ${kind} ${namespace}/${name}`, content, from });
    return `current/${path}`;
  };
  return ['verify', 'optional', 'ca-file', add(authorities), ...(revocations === undefined ? [] : ['crl-file', add(revocations)])];
}
