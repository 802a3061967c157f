import { clusterOptions } from '@sluice/watchers/kubernetes';
import { dump, load } from 'js-yaml';
import { afterAll, describe, expect, test } from 'vitest';
import { needing } from '../nginx-programs.ts';
import { sluice } from '../sluice-command.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { configurationOf, renderChart } from './chart.ts';
import type { Values } from './chart.ts';
import { helmProgram } from './helm-program.ts';

const program = await helmProgram();
const { skip, title } = needing(program, 'the configuration file of the chart');
const helm = 'binary' in program ? program.binary : '';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

interface Configuration {
  readonly watch: { readonly kubernetes: unknown; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** The whole of it, as the program and its source of objects take it. Rejects when one of them refuses. */
async function accepted(name: string, values: Values): Promise<{ readonly shown: string; readonly cluster: unknown }> {
  const { watch, ...rest } = load(configurationOf(await renderChart(helm, values))) as Configuration;
  const { kubernetes, ...choice } = watch;
  const config = folder.write(`${name}.yaml`, dump({ ...rest, watch: choice }));
  const { status, stdout, stderr } = await sluice(['config', 'show', '--config', config]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return { shown: stdout, cluster: clusterOptions.parse(kubernetes) };
}

describe.skipIf(skip)(title, () => {
  test('is one that the program takes', async () => {
    const { shown, cluster } = await accepted('default', {});
    expect(shown).toContain('listen.http = [":8080"]');
    expect(shown).toContain('listen.https = [":8443"]');
    expect(shown).toContain('listen.admin = ":10254"');
    expect(shown).toContain('data = "/var/lib/sluice"');
    expect(cluster).toMatchObject({
      namespaces: [],
      status: { publishService: 'sluice/sluice-controller' },
      election: { id: 'sluice-leader' },
    });
  });

  test('with everything that values can put into it', async () => {
    const { shown, cluster } = await accepted('full', {
      backend: 'nginx',
      settings: { nginx: { workers: 2 }, log: { level: 'warn' }, watch: { kubernetes: { status: { takeOver: true } } } },
      controller: {
        ingressClass: 'web',
        ingressClassResource: { controllerValue: 'example.com/web' },
        watchIngressWithoutClass: true,
        scope: { enabled: true, namespace: 'shop, blog,shop' },
        publishService: { pathOverride: 'edge/front' },
        reportNodeInternalIp: true,
        electionID: 'one',
        disableLeaderElection: true,
      },
    });
    expect(shown).toContain('nginx.workers = 2');
    expect(shown).toContain('watch.controllerClass = "example.com/web"');
    expect(cluster).toMatchObject({
      namespaces: ['shop', 'blog'],
      status: { publishService: 'edge/front', nodeAddresses: 'internal', takeOver: true },
      election: { id: 'one', enabled: false },
    });
  });

  test('namespaces by their labels, and addresses of nodes', async () => {
    const controller = { scope: { namespaceSelector: 'team=shop' }, service: { enabled: false } };
    const { cluster } = await accepted('labels', { controller });
    expect(cluster).toMatchObject({ namespaces: [], namespaceSelector: 'team=shop', status: { publishService: '' } });
  });
});
