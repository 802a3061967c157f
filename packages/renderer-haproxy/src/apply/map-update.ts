import { mapName } from './generated-texts.ts';
import type { MapPlan } from './map-plan.ts';
import { CommandRefused, quoted } from './worker-channel.ts';
import type { WorkerChannel } from './worker-channel.ts';

/** Gives a map what is new. What is gone stays, but where the order matters. */
export async function enterMap(channel: WorkerChannel, { map, before, added, changed, removed, swapsIn }: MapPlan): Promise<void> {
  if (swapsIn) {
    const kept = map.ordered ? [] : removed.map((key) => [key, before.get(key) ?? ''] as const);
    return swapMap(channel, map.name, [...map.entries, ...kept]);
  }
  const name = mapName(map.name);
  const command = (verb: string, [key, value]: readonly [string, string]): string => `${verb} map ${name} ${quoted(key)} ${quoted(value)}`;
  await channel.run([...[...added].map((entry) => command('add', entry)), ...[...changed].map((entry) => command('set', entry))]);
}

/** Takes out of a map what is gone. */
export async function leaveMap(channel: WorkerChannel, { map, removed, swapsIn, swapsOut }: MapPlan): Promise<void> {
  if (removed.length === 0 || (map.ordered && swapsIn)) return;
  if (swapsOut) return swapMap(channel, map.name, [...map.entries]);
  await channel.run(removed.map((key) => `del map ${mapName(map.name)} ${quoted(key)}`));
}

/** Makes a map anew beside the old one, and puts it in its place at once. */
async function swapMap(channel: WorkerChannel, map: string, entries: readonly (readonly [string, string])[]): Promise<void> {
  const name = mapName(map);
  const answer = await channel.query([`prepare map ${name}`]);
  const version = /New version created: (\d+)/.exec(answer)?.[1];
  if (version === undefined) throw new CommandRefused(`HAProxy does not prepare the map ${map}: ${answer.trim()}`);
  try {
    await channel.feed(
      `add map @${version} ${name}`,
      entries.map(([key, value]) => `${key} ${value}`),
    );
    await channel.run([`commit map @${version} ${name}`]);
  } catch (error) {
    await channel.run([`clear map @${version} ${name}`]).catch(() => undefined);
    throw error;
  }
}
