import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TemporaryFolder } from '../temporary-folder.ts';
import { chooseLanes } from './lanes.ts';
import type { Lane } from './lanes.ts';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
});
afterEach(() => folder.remove());

/** Lanes where no engine answers unless one is named. */
function lanes(environment: NodeJS.ProcessEnv): Promise<readonly Lane[]> {
  const nowhere = `unix://${folder.at('nobody.sock')}`;
  return chooseLanes({ environment: { DOCKER_HOST: nowhere, XDG_CACHE_HOME: folder.at('cache'), ...environment }, temporary: folder.path });
}

const names = (chosen: readonly Lane[]): readonly string[] => chosen.map(({ name }) => name);

/** Runs with an engine that answers that it is there. */
async function withEngine(use: (host: string) => Promise<void>): Promise<void> {
  const server = createServer((_request, response) => response.end('OK')).listen(folder.at('engine.sock'));
  await once(server, 'listening');
  try {
    await use(`unix://${folder.at('engine.sock')}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe('the lanes', () => {
  test('without a Docker engine the API server lane is the one', async () => {
    expect(names(await lanes({}))).toEqual(['api-server']);
  });

  test('where an engine answers k3s is the one, and with CI=true not the only one', async () => {
    await withEngine(async (host) => {
      expect(await lanes({ DOCKER_HOST: host })).toEqual([{ name: 'k3s', why: 'a Docker engine answers' }]);
      expect(names(await lanes({ DOCKER_HOST: host, CI: 'true' }))).toEqual(['k3s', 'api-server']);
    });
  });

  test('a lane that is asked for and cannot run says why', async () => {
    expect(await lanes({ E2E_CLUSTER: 'k3s' })).toMatchObject([
      { name: 'k3s', missing: expect.stringContaining('no Docker engine answers') as string, install: expect.any(String) as string },
    ]);
    expect(await lanes({ E2E_CLUSTER: 'existing' })).toMatchObject([{ name: 'existing', missing: 'KUBECONFIG names no file' }]);
    await expect(lanes({ E2E_CLUSTER: 'kind' })).rejects.toThrow('E2E_CLUSTER is kind');
  });

  test('a kubeconfig alone is not asking', async () => {
    const KUBECONFIG = folder.write('config', '{}');
    expect(names(await lanes({ KUBECONFIG }))).toEqual(['api-server']);
    expect(await lanes({ KUBECONFIG, E2E_CLUSTER: 'existing' })).toEqual([{ name: 'existing', why: `KUBECONFIG is ${KUBECONFIG}` }]);
  });
});
