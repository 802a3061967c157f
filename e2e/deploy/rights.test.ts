import { describe, expect, test } from 'vitest';
import { needing } from '../proxy-programs.ts';
import { oneOf, renderChart } from './chart.ts';
import { helmProgram } from './helm-program.ts';
import { rightsOf } from './rights.ts';

const program = await helmProgram();
const { skip, title } = needing(program, 'rights of the controller');
const helm = 'binary' in program ? program.binary : '';

/** What routes are made of, and what their owners are told. */
const watched = (place: string): readonly string[] => [
  `${place} configmaps: get list watch`,
  `${place} endpointslices.discovery.k8s.io: get list watch`,
  `${place} events.events.k8s.io: get create patch`,
  `${place} ingresses.networking.k8s.io: get list watch`,
  `${place} ingresses/status.networking.k8s.io: patch`,
  `${place} secrets: get list watch`,
  `${place} services: get list watch`,
];

const classes = '* ingressclasses.networking.k8s.io: get list watch';
const own = [
  'sluice leases.coordination.k8s.io: create',
  'sluice leases.coordination.k8s.io=sluice-leader: get update patch',
  'sluice pods: get list',
];

describe.skipIf(skip)(title, () => {
  test('all namespaces', async () => {
    expect(rightsOf(await renderChart(helm))).toEqual([...watched('*'), classes, ...own].toSorted());
  });

  test('namespaces with a label are seen besides', async () => {
    const manifests = await renderChart(helm, { controller: { scope: { namespaceSelector: 'team=shop' } } });
    expect(rightsOf(manifests)).toEqual([...watched('*'), classes, '* namespaces: get list watch', ...own].toSorted());
  });

  test('some namespaces, and nothing in others', async () => {
    const manifests = await renderChart(helm, { controller: { scope: { enabled: true, namespace: 'shop, blog' } } });
    expect(rightsOf(manifests)).toEqual(
      [
        ...watched('shop'),
        ...watched('blog'),
        classes,
        ...own,
        'sluice configmaps=sluice-controller: get list watch',
        'sluice services=sluice-controller: get',
      ].toSorted(),
    );
  });

  test('no object outside of namespaces', async () => {
    const manifests = await renderChart(helm, { controller: { scope: { enabled: true } }, rbac: { scope: true } });
    expect(rightsOf(manifests)).toEqual([...watched('sluice'), ...own, 'sluice services=sluice-controller: get'].toSorted());
  });

  test('nodes are seen where Ingresses get their addresses', async () => {
    const rights = rightsOf(await renderChart(helm, { controller: { publishService: { enabled: false } } }));
    expect(rights).toEqual([...watched('*'), classes, '* nodes: get list', ...own].toSorted());
  });

  test('what settings turn off is not allowed', async () => {
    const settings = { watch: { kubernetes: { status: { enabled: false }, events: { enabled: false }, election: { enabled: false } } } };
    const expected = [...watched('*'), classes].filter((line) => !/events|status/.test(line));
    expect(rightsOf(await renderChart(helm, { settings }))).toEqual(expected.toSorted());
  });

  test('none where somebody else gives them', async () => {
    const manifests = await renderChart(helm, { rbac: { create: false }, serviceAccount: { create: false, name: 'given' } });
    expect(rightsOf(manifests)).toEqual([]);
    expect(oneOf(manifests, 'Deployment')).toMatchObject({ spec: { template: { spec: { serviceAccountName: 'given' } } } });
  });
});
