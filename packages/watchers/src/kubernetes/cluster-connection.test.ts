import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectCluster } from './cluster-connection.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sluice-kubeconfig-test-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function kubeconfig(user: object, current = 'here'): string {
  const path = join(folder, 'config');
  const contexts = [
    { name: 'here', context: { cluster: 'c', user: 'u', namespace: 'shop' } },
    { name: 'other', context: { cluster: 'd', user: 'u' } },
  ];
  const clusters = [
    { name: 'c', cluster: { server: 'https://c.test:6443' } },
    { name: 'd', cluster: { server: 'https://d.test', 'proxy-url': 'http://proxy.test:3128' } },
  ];
  writeFileSync(path, JSON.stringify({ kind: 'Config', contexts, clusters, users: [{ name: 'u', user }], 'current-context': current }));
  return path;
}

async function headersOf(user: object): Promise<RequestOptions['headers']> {
  const connection = await connectCluster({ kubeconfig: kubeconfig(user) });
  const options: RequestOptions = { headers: {} };
  await connection.authorize(options);
  return options.headers;
}

describe('a kubeconfig', () => {
  test('says where the cluster is', async () => {
    const path = kubeconfig({});
    expect(await connectCluster({ kubeconfig: path })).toMatchObject({ server: 'https://c.test:6443', namespace: 'shop', proxied: false });
    expect(await connectCluster({ kubeconfig: path, context: 'other' })).toMatchObject({ server: 'https://d.test', proxied: true });
    expect(await connectCluster({ kubeconfig: path, server: 'https://x.test' })).toMatchObject({ server: 'https://x.test' });
  });

  test('gives a token, also one in a file and one of a program', async () => {
    expect(await headersOf({ token: 'abc' })).toEqual({ Authorization: 'Bearer abc' });
    writeFileSync(join(folder, 'token'), 'from file');
    expect(await headersOf({ tokenFile: join(folder, 'token') })).toEqual({ Authorization: 'Bearer from file' });
    const credential = JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: 'told' } });
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'echo', args: [credential], interactiveMode: 'Never' };
    expect(await headersOf({ exec })).toEqual({ Authorization: 'Bearer told' });
  });

  test('that cannot be used is an error that names it', async () => {
    await expect(connectCluster({ kubeconfig: join(folder, 'absent') })).rejects.toThrow(/absent cannot be used/);
    await expect(connectCluster({ kubeconfig: kubeconfig({}), context: 'gone' })).rejects.toThrow('the kubeconfig has no context gone');
    await expect(connectCluster({ kubeconfig: kubeconfig({}, 'gone') })).rejects.toThrow(/no current context/);
  });
});
