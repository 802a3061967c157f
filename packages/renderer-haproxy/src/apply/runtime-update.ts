import { addCertificates, removeCertificates } from './certificate-update.ts';
import type { LeavingServers } from './leaving-servers.ts';
import { enterMap, leaveMap } from './map-update.ts';
import type { MapPlan } from './map-plan.ts';
import { verifyUpdate } from './read-back.ts';
import { addServers, retireServers } from './server-update.ts';
import type { UpdatePlan } from './update-plan.ts';
import type { WorkerChannel } from './worker-channel.ts';

/**
 * Brings a worker from what it has to what a plan says, without a moment in which something that is named is not there: certificates and
 * servers come before maps that lead to them, and go after. Whether it is so is read back. Throws `CommandRefused`, or `SLU3005` when it is
 * not known what the worker has.
 */
export async function updateWorker(channel: WorkerChannel, plan: UpdatePlan, leaving: LeavingServers): Promise<void> {
  const maps = inOrder(plan.maps);
  await addCertificates(channel, plan.certificates);
  await addServers(channel, plan.backends.added, leaving);
  for (const map of maps) await enterMap(channel, map);
  for (const map of maps.toReversed()) await leaveMap(channel, map);
  await retireServers(channel, plan.backends.removed, leaving);
  await removeCertificates(channel, plan.certificates);
  await verifyUpdate(channel, plan);
}

/** Which spare backend stands for which one is known before anything leads there. */
function inOrder(maps: readonly MapPlan[]): readonly MapPlan[] {
  const isFirst = ({ map }: MapPlan): boolean => map.runtime === true;
  return [...maps.filter(isFirst), ...maps.filter((map) => !isFirst(map))];
}
