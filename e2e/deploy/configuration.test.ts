import { afterAll, describe, expect, test } from 'vitest';
import { needing } from '../proxy-programs.ts';
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

/** What the program understands: `config show`, by the names of the settings. Fails when it refuses. */
async function shown(name: string, values: Values): Promise<Readonly<Record<string, unknown>>> {
  const config = folder.write(`${name}.yaml`, configurationOf(await renderChart(helm, values)));
  const { status, stdout, stderr } = await sluice(['config', 'show', '--config', config]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.trim().split('\n');
  return Object.fromEntries(
    lines.map((line): [string, unknown] => {
      const [, setting = '', value = ''] = /^(\S+) = (.*) {2}\([^)]*\)$/.exec(line) ?? [];
      return [setting, JSON.parse(value)];
    }),
  );
}

describe.skipIf(skip)(title, () => {
  test('is one that the program takes', async () => {
    expect(await shown('default', {})).toMatchObject({
      backend: 'node',
      data: '/var/lib/sluice',
      'listen.http': [':8080'],
      'listen.https': [':8443'],
      'listen.admin': ':10254',
      'watch.kubernetes.namespaces': [],
      'watch.kubernetes.status.publishService': 'sluice/sluice-controller',
      'watch.kubernetes.election.id': 'sluice-leader',
    });
  });

  test('with everything that values can put into it', async () => {
    const values = {
      backend: 'nginx',
      settings: { nginx: { workers: 2 }, log: { level: 'warn' }, watch: { kubernetes: { status: { takeOver: true } } } },
      controller: {
        ingressClass: 'web',
        ingressClassResource: { controllerValue: 'example.com/web' },
        ingressClassByName: true,
        watchIngressWithoutClass: true,
        scope: { enabled: true, namespace: 'sluice, blog,sluice' },
        publishService: { pathOverride: 'edge/front' },
        reportNodeInternalIp: true,
        electionID: 'one',
        disableLeaderElection: true,
      },
      defaultBackend: { enabled: true, image: { repository: 'pages' } },
    };
    expect(await shown('full', values)).toMatchObject({
      'nginx.workers': 2,
      'log.level': 'warn',
      defaultBackendService: 'sluice/sluice-defaultbackend',
      'watch.ingressClass': 'web',
      'watch.ingressClassByName': true,
      'watch.controllerClass': 'example.com/web',
      'watch.kubernetes.namespaces': ['sluice', 'blog'],
      'watch.kubernetes.status.publishService': 'edge/front',
      'watch.kubernetes.status.nodeAddresses': 'internal',
      'watch.kubernetes.status.takeOver': true,
      'watch.kubernetes.election.id': 'one',
      'watch.kubernetes.election.enabled': false,
    });
  });

  test('with options of HAProxy', async () => {
    const values = { backend: 'haproxy', settings: { haproxy: { threads: 2, spareBackends: 8 } } };
    expect(await shown('haproxy', values)).toMatchObject({ backend: 'haproxy', 'haproxy.threads': 2, 'haproxy.spareBackends': 8 });
  });

  test('namespaces by their labels, and addresses of nodes', async () => {
    const controller = { scope: { namespaceSelector: 'team=shop' }, service: { enabled: false } };
    expect(await shown('labels', { controller })).toMatchObject({
      'watch.kubernetes.namespaceSelector': 'team=shop',
      'watch.kubernetes.status.publishService': '',
    });
  });
});
