// Writes deploy/kubernetes from the chart.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { helmProgram } from './helm-program.ts';
import { plainFolder, plainManifests } from './plain-manifests.ts';

const helm = await helmProgram();
if ('missing' in helm) throw new Error(`${helm.missing}: ${helm.install}`);
mkdirSync(plainFolder, { recursive: true });
for (const [name, text] of await plainManifests(helm.binary)) writeFileSync(join(plainFolder, name), text);
