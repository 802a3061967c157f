import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { load } from 'js-yaml';

/** How an API server is reached, and as whom. */
export interface ApiAccess {
  readonly server: string;
  /** PEM of the authorities; without it the certificate is not verified. */
  readonly ca?: string;
  readonly token?: string;
  readonly certificate?: { readonly cert: string; readonly key: string };
}

type Entry = Readonly<Record<string, string | undefined>>;

interface Kubeconfig {
  readonly 'current-context'?: string;
  readonly contexts: readonly { readonly name: string; readonly context: { readonly cluster: string; readonly user: string } }[];
  readonly clusters: readonly { readonly name: string; readonly cluster: Entry }[];
  readonly users: readonly { readonly name: string; readonly user: Entry }[];
}

/** The current context of a kubeconfig with a token or a client certificate. Programs that give credentials are not run. */
export function readKubeconfig(path: string): ApiAccess {
  const { cluster, user } = currentOf(load(readFileSync(path, 'utf8')) as Kubeconfig);
  const server = cluster?.['server'];
  if (server === undefined || user === undefined) throw new Error(`${path} has no current context with a cluster and a user`);
  const pem = (entry: Entry | undefined, field: string): string | undefined => {
    const [data, file] = [entry?.[`${field}-data`], entry?.[field]];
    if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
    return file === undefined ? undefined : readFileSync(resolve(dirname(path), file), 'utf8');
  };
  const ca = pem(cluster, 'certificate-authority');
  const [cert, key] = [pem(user, 'client-certificate'), pem(user, 'client-key')];
  return {
    server,
    ...(ca !== undefined && { ca }),
    ...(user['token'] !== undefined && { token: user['token'] }),
    ...(cert !== undefined && key !== undefined && { certificate: { cert, key } }),
  };
}

function currentOf(config: Kubeconfig): { readonly cluster: Entry | undefined; readonly user: Entry | undefined } {
  const context = config.contexts.find(({ name }) => name === config['current-context'])?.context;
  return {
    cluster: config.clusters.find(({ name }) => name === context?.cluster)?.cluster,
    user: config.users.find(({ name }) => name === context?.user)?.user,
  };
}

/** A kubeconfig, in JSON: that is YAML as well. */
export function kubeconfigText({ server, ca, token, certificate }: ApiAccess): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const user = {
    ...(token !== undefined && { token }),
    ...(certificate && { 'client-certificate-data': base64(certificate.cert), 'client-key-data': base64(certificate.key) }),
  };
  const trust = ca === undefined ? { 'insecure-skip-tls-verify': true } : { 'certificate-authority-data': base64(ca) };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'e2e',
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'e2e' } }],
    clusters: [{ name: 'e2e', cluster: { server, ...trust } }],
    users: [{ name: 'e2e', user }],
  });
}
