import { spawnSync } from 'node:child_process';
import type { Lack } from './lack.ts';

/** The address of the API server, and the first of the addresses that endpoints can have. */
export const PRIVATE_ADDRESS = '10.200.0.1';

/**
 * A real API server refuses loopback addresses in EndpointSlices, so controller, upstreams and clients need others that nobody else has. The
 * whole test process therefore runs in network, process and mount namespaces of its own rather than each program in a named network
 * namespace: every socket of the tests works as it is written, ports and addresses may be fixed, any number of runs go side by side, and
 * nothing has to be cleaned up. The namespaces have no name; the kernel ends every process in them with the first one, that one with
 * `unshare`, and that with whoever started it, however it ends. The folder for temporary files is in memory and ends with them.
 */
const WRAPPER = 'setpriv --pdeathsig KILL -- unshare --net --pid --mount --fork --kill-child --mount-proc --'.split(' ');

/** On lo, every address of the range belongs to the machine. The shell stays: it is process 1 and buries orphans. */
const SCRIPT = `
ip link set lo up
ip address add ${PRIVATE_ADDRESS}/24 dev lo
mount -t tmpfs tmpfs "$1"
export TMPDIR="$1"
shift
status=0
"$@" || status=$?
exit $status
`;

/** The command that runs another one there. `temporary`: an empty folder, for its temporary files. */
export function inPrivateMachine(temporary: string, command: readonly string[]): readonly string[] {
  return [...WRAPPER, 'sh', '-ec', SCRIPT, 'sh', temporary, ...command];
}

/** Why there can be no such machine here; undefined when there can. It is tried. */
export function privateMachineLack(temporary: string): Lack | undefined {
  const install = 'run as root on Linux with util-linux and iproute2 (in a container: with the right to make namespaces and to mount)';
  if (process.platform !== 'linux') return { missing: 'this is not Linux', install };
  const [program = '', ...args] = inPrivateMachine(temporary, ['true']);
  const tried = spawnSync(program, args, { encoding: 'utf8' });
  if (tried.status === 0) return undefined;
  const said = tried.error?.message ?? tried.stderr.trim();
  return { missing: `a network of its own cannot be made (${said})`, install };
}
