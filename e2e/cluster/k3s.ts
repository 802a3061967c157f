import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { kubernetesVersion } from './control-plane-programs.ts';
import type { Lack } from './lack.ts';

/** The version that the API server lane builds, so that both lanes mean the same. */
const defaultImage = (): string => `rancher/k3s:v${kubernetesVersion()}-k3s1`;

/** A cluster in a container that a test run has started. */
export interface StartedK3s {
  stop(): Promise<void>;
}

/** Why no container can be started; undefined when an engine answers. */
export async function engineLack(environment: NodeJS.ProcessEnv): Promise<Lack | undefined> {
  const install = 'start a Docker engine, or set DOCKER_HOST';
  const host = environment['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
  try {
    const at = host.startsWith('unix://') ? { socketPath: host.slice('unix://'.length) } : addressOf(host);
    const sent = request({ ...at, path: '/_ping', timeout: 2000 });
    sent.once('timeout', () => sent.destroy(new Error('no answer')));
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    sent.end();
    const [{ statusCode }] = await answered;
    return statusCode === 200 ? undefined : { missing: `the Docker engine answers ${statusCode}`, install };
  } catch (error) {
    return { missing: `no Docker engine answers at ${host} (${error instanceof Error ? error.message : String(error)})`, install };
  }
}

/** Starts the image that K3S_IMAGE names, without its own ingress controller, and writes the kubeconfig. */
export async function startK3s(kubeconfig: string, environment: NodeJS.ProcessEnv): Promise<StartedK3s> {
  // Loading it takes a second: only for those who have an engine.
  const { K3sContainer } = await import('@testcontainers/k3s');
  const container = await new K3sContainer(environment['K3S_IMAGE'] ?? defaultImage()).start();
  writeFileSync(kubeconfig, container.getKubeConfig(), { mode: 0o600 });
  return { stop: async () => void (await container.stop()) };
}

function addressOf(host: string): { readonly host: string; readonly port: string } {
  const { hostname, port } = new URL(host);
  return { host: hostname, port: port === '' ? '2375' : port };
}
