import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { SluiceError, messageOf } from '@sluice/core';
import type { KubeConfig } from '@kubernetes/client-node';
import type { ClusterOptions } from './cluster-options.ts';
import { loadKubeConfig } from './kube-config.ts';
import { tokenFileOf } from './token-file.ts';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** How an API server is reached, and as whom. */
export interface ClusterConnection {
  readonly server: string;
  /** Namespace that the kubeconfig or the service account of the pod names. */
  readonly namespace: string;
  /** Has a proxy on the way: requests need the agent that comes with their options. */
  readonly proxied: boolean;
  /** Authorization and TLS for one request: tokens and certificates are read again when they may have changed, programs are asked. */
  authorize(options: RequestOptions): Promise<void>;
}

type Choice = Pick<ClusterOptions, 'kubeconfig' | 'context' | 'server' | 'caFile'>;

/** Finds the cluster: a named kubeconfig, else the service account of the pod, else KUBECONFIG or ~/.kube/config. Throws `SLU2003`. */
export async function connectCluster(choice: Choice): Promise<ClusterConnection> {
  const Config = await loadKubeConfig();
  const config = new Config();
  load(config, choice);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw unusable('the kubeconfig has no current context with a cluster; name one with watch.kubernetes.context');
  const server = choice.server ?? cluster.server;
  const tokenFile = tokenFileOf(config.getCurrentUser()?.name ?? '', kubeconfigsOf(choice));
  const ca = choice.caFile === undefined ? undefined : readFileSync(choice.caFile, 'utf8');
  return {
    server,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? podNamespace() ?? 'default',
    proxied: cluster.proxyUrl !== undefined,
    async authorize(options) {
      await config.applyToHTTPSOptions(options);
      if (ca !== undefined) options.ca = ca;
      if (tokenFile === undefined) return;
      // Tokens are exchanged in their files from time to time.
      options.headers = Object.assign({}, options.headers, { Authorization: `Bearer ${(await readFile(tokenFile, 'utf8')).trim()}` });
    },
  };
}

/** Whether there is a cluster to watch without anybody naming one. */
export function findsCluster(environment: NodeJS.ProcessEnv = process.env): boolean {
  return inPod(environment) || (environment['KUBECONFIG'] ?? '') !== '' || existsSync(join(homedir(), '.kube', 'config'));
}

function load(config: KubeConfig, { kubeconfig, context }: Choice): void {
  try {
    if (kubeconfig !== undefined) config.loadFromFile(kubeconfig);
    else if (inPod(process.env)) config.loadFromCluster();
    else if (findsCluster()) config.loadFromDefault();
    else throw new Error('there is no service account, KUBECONFIG is not set and ~/.kube/config does not exist');
  } catch (error) {
    throw unusable(`${kubeconfig ?? 'the cluster'} cannot be used: ${messageOf(error)}`);
  }
  if (context === undefined) return;
  if (config.getContextObject(context) === null) throw unusable(`the kubeconfig has no context ${context}`);
  config.setCurrentContext(context);
}

/** The files that say how to reach the cluster; in a pod there is none. */
function kubeconfigsOf({ kubeconfig }: Choice): readonly string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  if (inPod(process.env)) return [];
  const listed = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  return listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')];
}

function inPod(environment: NodeJS.ProcessEnv): boolean {
  return environment['KUBERNETES_SERVICE_HOST'] !== undefined && existsSync(join(ACCOUNT, 'token'));
}

function podNamespace(): string | undefined {
  try {
    return process.env['POD_NAMESPACE'] ?? readFileSync(join(ACCOUNT, 'namespace'), 'utf8').trim();
  } catch {
    return undefined;
  }
}

function unusable(message: string): SluiceError {
  return new SluiceError('SLU2003', `watch.kubernetes: ${message}`);
}
