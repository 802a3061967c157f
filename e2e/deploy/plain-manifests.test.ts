import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needing } from '../proxy-programs.ts';
import { manifestsOf } from './chart.ts';
import { helmProgram } from './helm-program.ts';
import { plainFolder, plainManifests } from './plain-manifests.ts';

const program = await helmProgram();
const { skip, title } = needing(program, 'plain manifests');

const read = (name: string): string => readFileSync(join(plainFolder, name), 'utf8');

describe.skipIf(skip)(title, () => {
  test('are what the chart renders (npx node e2e/deploy/write-manifests.ts writes them)', async () => {
    const manifests = await plainManifests('binary' in program ? program.binary : '');
    expect(readdirSync(plainFolder).toSorted()).toEqual([...manifests.keys()].toSorted());
    for (const [name, text] of manifests) expect({ name, text: read(name) }).toEqual({ name, text });
  });
});

test.each(readdirSync(plainFolder))('%s says nothing of Helm, and every object of a namespace is in the one that it makes', (name) => {
  const manifests = manifestsOf(read(name));
  expect(manifests[0]).toMatchObject({ kind: 'Namespace', metadata: { name: 'sluice' } });
  expect(manifests.flatMap(({ metadata }) => metadata.namespace ?? [])).toEqual(expect.arrayContaining(['sluice']));
  expect(new Set(manifests.flatMap(({ metadata }) => metadata.namespace ?? [])).size).toBe(1);
  expect(read(name)).not.toMatch(/helm\.sh|: Helm/);
});
