import { networkInterfaces } from 'node:os';
import { ClusterApi } from './cluster-api.ts';
import { ControlPlane } from './control-plane.ts';
import { readKubeconfig } from './kubeconfig.ts';
import { PRIVATE_ADDRESS } from './private-machine.ts';

/** Where a cluster is, in plain data: it goes from the process that starts it to those that run tests. */
export interface ClusterDescription {
  readonly lane: LaneName;
  /** File of an administrator. */
  readonly kubeconfig: string;
  /** Of a control plane that the tests own. */
  readonly controlPlane?: { readonly folder: string; readonly programs: string };
}

/** The ways to get a cluster: containers, a control plane of processes, or one that is there. */
export type LaneName = 'k3s' | 'api-server' | 'existing';

/** The parts of a cluster that tests may stop. */
export interface ApiServerControl {
  stop(): Promise<void>;
  /** Resolves when it is ready. */
  start(): Promise<void>;
  /** Makes the storage forget everything but the present state. */
  compact(): Promise<void>;
}

/** A running cluster. Others may use it as well: tests keep to namespaces and names of their own. */
export interface Cluster {
  readonly lane: LaneName;
  readonly api: ClusterApi;
  /** Undefined where tests may not stop it. */
  readonly apiServer?: ApiServerControl;
  /** An address of this machine that endpoints can have and servers can listen on; those of different numbers may be the same. */
  endpointAddress(number: number): string;
}

/** The cluster that a description tells of. */
export function clusterOf({ lane, kubeconfig, controlPlane }: ClusterDescription): Cluster {
  const api = new ClusterApi(readKubeconfig(kubeconfig));
  if (controlPlane === undefined) return { lane, api, endpointAddress: machineAddress };
  const plane = new ControlPlane(controlPlane.folder, controlPlane.programs);
  const network = PRIVATE_ADDRESS.slice(0, PRIVATE_ADDRESS.lastIndexOf('.'));
  return {
    lane,
    api,
    apiServer: { stop: () => plane.stopApiServer(), start: () => plane.startApiServer(), compact: () => plane.compact() },
    endpointAddress: (number) => `${network}.${10 + number}`,
  };
}

/** Only this machine has to reach it: the controller runs here, whatever cluster it watches. */
function machineAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const found = addresses.find(({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'));
  if (found === undefined) throw new Error('this machine has no address but loopback ones, which EndpointSlices cannot have');
  return found.address;
}
