import { readFileSync } from 'node:fs';
import { SluiceError } from '../../errors.ts';

/** The user that workers become, and its primary group. */
export interface WorkerUser {
  readonly name: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Who the workers are: undefined when the controller is not root, as nobody can give up rights that are not there.
 * `program` is its name and that of its options. Throws `SLU3002` when a user that was asked for does not exist.
 */
export function workerUser(wanted: string | undefined, program: string): WorkerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = table('/etc/passwd');
  const name = wanted ?? ['www-data', program].find((usual) => users.has(usual)) ?? 'nobody';
  const [uid, gid] = (users.get(name) ?? []).map(Number);
  if (uid === undefined || gid === undefined)
    throw new SluiceError(
      'SLU3002',
      `there is no user ${name} for the workers of ${program}: create it, or name another with the option ${program}.user`,
    );
  const group = [...table('/etc/group')].find(([, [id]]) => Number(id) === gid)?.[0];
  if (group === undefined) throw new SluiceError('SLU3002', `the user ${name} has no group with a name`);
  return { name, group, uid, gid };
}

/** The fields after the password, by name. */
function table(path: string): ReadonlyMap<string, readonly string[]> {
  const lines = readFileSync(path, 'utf8').split('\n');
  return new Map(lines.map((line) => line.split(':')).map(([name = '', , ...rest]) => [name, rest]));
}
