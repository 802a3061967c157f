import type { ServerOf } from './backend-plan.ts';
import type { LeavingServers } from './leaving-servers.ts';
import { quoted } from './worker-channel.ts';
import type { WorkerChannel } from './worker-channel.ts';

/** Adds servers that get requests as soon as something leads to them. Those that were about to go stay. */
export async function addServers(channel: WorkerChannel, added: readonly ServerOf[], leaving: LeavingServers): Promise<void> {
  const commands = added.flatMap(({ backend, server }) => {
    const name = `${backend}/${server.name}`;
    if (leaving.has(name)) return [`set server ${name} state ready`];
    const isChecked = wordsOf(server.parameters).includes('check');
    return [
      ['add server', name, server.address, ...wordsOf(server.parameters).map(quoted)].join(' '),
      ...(isChecked ? [`enable health ${name}`] : []),
      `enable server ${name}`,
    ];
  });
  await channel.run(commands);
  leaving.stay(added.map(({ backend, server }) => `${backend}/${server.name}`));
}

/** Servers get no new requests from now on. They are deleted when those that they have are answered. */
export async function retireServers(channel: WorkerChannel, removed: readonly ServerOf[], leaving: LeavingServers): Promise<void> {
  const names = removed.map(({ backend, server }) => `${backend}/${server.name}`);
  await channel.run(names.map((name) => `set server ${name} state maint`));
  leaving.leave(channel, names);
}

const WORD = /(?:[^\s'"\\]|'[^']*'|"[^"]*"|\\.)+/g;
const PIECE = /'([^']*)'|"([^"]*)"|\\(.)/g;

/** The words of a line of haproxy.cfg without their quotes (configuration manual 2.2), which its command line takes for what they are. */
export function wordsOf(line: string): readonly string[] {
  return (line.match(WORD) ?? []).map((word) =>
    word.replace(PIECE, (_, single?: string, double?: string, escaped?: string) => single ?? double ?? escaped ?? ''),
  );
}
