import { X509Certificate } from 'node:crypto';
import type { HaproxyTable, ServedCertificate } from '../render/haproxy-table.ts';
import { certificateName, mapName } from './generated-texts.ts';
import { listedKey, listedLines } from './certificate-update.ts';
import { usedCertificates } from './loaded.ts';
import type { Loaded, LoadedBackend } from './loaded.ts';
import type { MapPlan } from './map-plan.ts';
import type { UpdatePlan } from './update-plan.ts';
import { CommandRefused, quoted } from './worker-channel.ts';
import type { WorkerChannel } from './worker-channel.ts';

/** Reads what a plan has changed. Throws `CommandRefused` when a worker has something else. */
export async function verifyUpdate(channel: WorkerChannel, { maps, backends, certificates, next }: UpdatePlan): Promise<void> {
  for (const map of maps) await verifyMap(channel, map);
  const changed = new Set([...backends.added, ...backends.removed].map(({ backend }) => backend));
  await verifyServers(
    channel,
    [...changed].flatMap((name) => next.backends.get(name) ?? []),
  );
  await verifyCertificates(channel, [...certificates.added, ...certificates.changed]);
  if (certificates.addedLines.length + certificates.removedLines.length > 0) await verifyLines(channel, next.lines);
}

/** Reads everything that can be changed. Throws `CommandRefused` when a worker has something else. */
export async function verifyAll(channel: WorkerChannel, loaded: Loaded, table: HaproxyTable): Promise<void> {
  for (const [name, entries] of loaded.maps) await compareMap(channel, name, entries, false);
  await verifyServers(channel, [...loaded.backends.values()]);
  await verifyCertificates(channel, usedCertificates(table));
  if (loaded.lines.length > 0) await verifyLines(channel, loaded.lines);
}

/** After single commands the entries that they were about are read, otherwise all. */
async function verifyMap(channel: WorkerChannel, { map, added, changed, removed, swapsIn, swapsOut }: MapPlan): Promise<void> {
  const entries = map.entries;
  if (swapsIn || swapsOut) return compareMap(channel, map.name, entries, map.ordered === true);
  const keys = [...added.keys(), ...changed.keys(), ...removed];
  const answer = await channel.query(keys.map((key) => `get map ${mapName(map.name)} ${quoted(key)}`));
  const told = answer.split(/\n\s*\n/).filter((text) => text.trim() !== '');
  // A map that is looked up in no way that HAProxy shows, or in several.
  if (told.length !== keys.length) return compareMap(channel, map.name, entries, false);
  const isRight = (key: string, index: number): boolean => {
    const value = entries.get(key);
    return value === undefined
      ? told[index]?.includes(`key="${key}", `) === false
      : told[index]?.includes(`key="${key}", value="${value}", `) === true;
  };
  const wrong = keys.find((key, index) => !isRight(key, index));
  if (wrong !== undefined) throw new CommandRefused(`the map ${map.name} has something else for ${wrong}`);
}

async function compareMap(channel: WorkerChannel, name: string, entries: ReadonlyMap<string, string>, ordered: boolean): Promise<void> {
  const answer = await channel.query([`show map ${mapName(name)}`]);
  const keys = entries.keys();
  let count = 0;
  for (const [, key = '', value = ''] of answer.matchAll(/^0x[0-9a-f]+ (\S+) (.*)$/gm)) {
    count++;
    if (entries.get(key) !== value || (ordered && keys.next().value !== key))
      throw new CommandRefused(`the map ${name} has something else for ${key}`);
  }
  if (count !== entries.size) throw new CommandRefused(`the map ${name} has ${count} entries instead of ${entries.size}`);
}

/** Bit of `srv_admin_state` for a server that was told to get no requests. */
const MAINTENANCE = 0x01;

async function verifyServers(channel: WorkerChannel, backends: readonly LoadedBackend[]): Promise<void> {
  // Names of servers that cannot change are resolved by HAProxy.
  const changing = backends.filter(({ dynamic }) => dynamic);
  const answer = await channel.query(changing.map(({ name }) => `show servers state ${name}`));
  const active = new Map<string, string>();
  for (const line of answer.split('\n')) {
    const fields = line.split(' ');
    if (line.startsWith('#') || fields.length < 19) continue;
    const [, backend, , server, address] = fields;
    if ((Number(fields[6]) & MAINTENANCE) === 0) active.set(`${backend}/${server}`, addressOf(`${address}:${fields[18]}`));
  }
  for (const { name, servers } of changing)
    for (const server of servers.values()) {
      if (active.get(`${name}/${server.name}`) !== addressOf(server.address))
        throw new CommandRefused(`the server ${name}/${server.name} is not what it should be`);
      active.delete(`${name}/${server.name}`);
    }
  const [other] = active.keys();
  if (other !== undefined) throw new CommandRefused(`there is a server ${other} that should not be`);
}

/** An address in one spelling: those of IPv6 have several. */
function addressOf(text: string): string {
  const end = text.lastIndexOf(':');
  const host = text.slice(0, end).replace(/^\[|\]$/g, '');
  const plain = host.includes(':') ? (URL.parse(`http://[${host}]`)?.hostname ?? host) : host;
  return `${plain}:${text.slice(end + 1)}`;
}

async function verifyCertificates(channel: WorkerChannel, certificates: readonly ServedCertificate[]): Promise<void> {
  for (const { name, pem } of certificates) {
    const answer = await channel.query([`show ssl cert ${certificateName(name)}`]);
    const told = /^SHA1 FingerPrint: (\S+)$/m.exec(answer)?.[1];
    if (told !== new X509Certificate(pem.reveal()).fingerprint.replaceAll(':', ''))
      throw new CommandRefused(`the certificate ${name} is not the one that was sent`);
    if (!/^Status: Used$/m.test(answer)) throw new CommandRefused(`the certificate ${name} is not in use`);
  }
}

async function verifyLines(channel: WorkerChannel, lines: Loaded['lines']): Promise<void> {
  const listed = new Set((await listedLines(channel)).map(({ file, names }) => listedKey(file, names)));
  const wanted = new Set(lines.map(({ certificate, names }) => listedKey(certificateName(certificate), names)));
  if (listed.size !== wanted.size || [...wanted].some((key) => !listed.has(key)))
    throw new CommandRefused('the names of certificates are not those that were sent');
}
