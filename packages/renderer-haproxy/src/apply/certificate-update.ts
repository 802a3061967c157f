import type { CertificateLine, ServedCertificate } from '../render/haproxy-table.ts';
import { addLineCommand, setCommand } from './certificate-plan.ts';
import type { CertificatePlan } from './certificate-plan.ts';
import { certificateLine, certificateName, listName, pemText } from './generated-texts.ts';
import { CommandRefused } from './worker-channel.ts';
import type { WorkerChannel } from './worker-channel.ts';

/** Gives a worker certificates that are new or changed, and the names that they are served to. */
export async function addCertificates(channel: WorkerChannel, { added, changed, addedLines }: CertificatePlan): Promise<void> {
  await channel.run(added.map(({ name }) => `new ssl cert ${certificateName(name)}`));
  for (const certificate of [...added, ...changed]) await setCertificate(channel, certificate);
  for (const line of addedLines) await channel.feed(addLineCommand, [certificateLine(line)]);
}

/** Takes from a worker what is gone. */
export async function removeCertificates(channel: WorkerChannel, { removed, removedLines }: CertificatePlan): Promise<void> {
  if (removedLines.length > 0) {
    const listed = await listedLines(channel);
    await channel.run(
      removedLines.map((line) => `del ssl crt-list ${listName} ${certificateName(line.certificate)}:${numberOf(line, listed)}`),
    );
  }
  await channel.run(removed.map((name) => `del ssl cert ${certificateName(name)}`));
}

/** A line of the list as a worker has it. */
export interface ListedLine {
  readonly file: string;
  readonly number: string;
  readonly names: readonly string[];
}

/** The lines of the list as a worker has them, with the numbers that it knows them by. */
export async function listedLines(channel: WorkerChannel): Promise<readonly ListedLine[]> {
  const answer = await channel.query([`show ssl crt-list -n ${listName}`]);
  return answer.split('\n').flatMap((line) => {
    const match = /^(\S+):(\d+)(?: \[[^\]]*\])?(?: (.*))?$/.exec(line);
    if (match === null) return [];
    const [, file = '', number = '', names = ''] = match;
    return [{ file, number, names: names.split(' ').filter((name) => name !== '') }];
  });
}

/** Equal for lines of one certificate and the same names. */
export function listedKey(file: string, names: readonly string[]): string {
  return JSON.stringify([file, names.toSorted()]);
}

function numberOf(line: CertificateLine, listed: readonly ListedLine[]): string {
  const key = listedKey(certificateName(line.certificate), line.names);
  const found = listed.find(({ file, names }) => listedKey(file, names) === key);
  if (found === undefined) throw new CommandRefused(`HAProxy does not know the line of the certificate ${line.certificate}`);
  return found.number;
}

/** HAProxy has one transaction at a time: one that fails is ended, so that it is in nobody's way. */
async function setCertificate(channel: WorkerChannel, { name, pem }: ServedCertificate): Promise<void> {
  const file = certificateName(name);
  try {
    await channel.feed(setCommand(name), [pemText(pem).trimEnd()]);
    await channel.run([`commit ssl cert ${file}`]);
  } catch (error) {
    await channel.run([`abort ssl cert ${file}`]).catch(() => undefined);
    throw error;
  }
}
