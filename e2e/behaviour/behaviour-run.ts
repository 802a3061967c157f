import type { KeyPair } from '../certificates.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { Backends } from './backends.ts';
import { makeCertificates } from './case-certificates.ts';
import { runCase } from './case-run.ts';
import type { Result } from './case-run.ts';
import type { CaseSet } from './case.ts';
import { filledIn, merged, nginxClass, objectsOf, placed, placeholdersOf } from './objects.ts';

/** A file of cases with what it needs besides a controller. */
interface Prepared {
  readonly set: CaseSet;
  readonly backends: Backends;
  readonly certificates: ReadonlyMap<string, KeyPair>;
  readonly objects: readonly object[];
}

/** What answers: a backend, with settings besides those of the files. */
export interface Target {
  readonly backend: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Controllers that all run at once only hinder each other. */
const AT_ONCE = 3;

/** Runs the cases of the files on a backend: one controller for most of them, one each for those that ask for it. */
export async function runBehaviour(target: Target, sets: readonly CaseSet[]): Promise<readonly Result[]> {
  const prepared = await Promise.all(sets.map(prepare));
  try {
    const shared = prepared.filter(({ set }) => set.process === 'shared');
    const own = prepared.filter(({ set }) => set.process === 'own').map((one) => [one]);
    const groups = [...(shared.length === 0 ? [] : [shared]), ...own];
    const results = groups.map((): readonly Result[] => []);
    const waiting = [...groups.entries()];
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results[next[0]] = await runGroup(target, next[1]);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return results.flat();
  } finally {
    await Promise.all(prepared.map(({ backends }) => backends.close()));
  }
}

async function prepare(set: CaseSet): Promise<Prepared> {
  const backends = await Backends.start();
  const filled = filledIn(set, placeholdersOf(backends));
  const certificates = await makeCertificates(set.certificates);
  return { set: filled, backends, certificates, objects: objectsOf(filled, backends, certificates) };
}

async function runGroup(target: Target, group: readonly Prepared[]): Promise<readonly Result[]> {
  const folder = new TemporaryFolder();
  let sluice: RunningSluice | undefined;
  try {
    folder.writeObjects('manifests/class.yaml', [nginxClass]);
    for (const { set, objects } of group) folder.writeObjects(`manifests/${set.name}.yaml`, objects);
    sluice = await startSluice(target, folder, group[0]?.set.settings ?? {});
    const running = sluice;
    return (await Promise.all(group.map((one) => runSet(one, running, folder)))).flat();
  } catch (error) {
    return group.flatMap(({ set }) =>
      set.cases.map(({ name, source }) => ({ file: set.name, name, source, differences: [String(error)], unexplained: [] })),
    );
  } finally {
    await sluice?.kill();
    folder.remove();
  }
}

async function startSluice(target: Target, folder: TemporaryFolder, own: object): Promise<RunningSluice> {
  const config = folder.write('sluice.json', JSON.stringify({ ...target.settings, ...own }));
  return RunningSluice.serving(folder.at('manifests'), folder.at('data'), ['--config', config, '--backend', target.backend]);
}

/** The cases of a file run one after another, since what its backends have received belongs to the one that runs. */
async function runSet(prepared: Prepared, { ports }: RunningSluice, folder: TemporaryFolder): Promise<readonly Result[]> {
  const { set, backends, certificates } = prepared;
  let objects = prepared.objects;
  const apply = (changes: readonly object[]): void => {
    objects = merged(
      objects,
      changes.map((object) => placed(object, set.name)),
    );
    folder.writeObjects(`manifests/${set.name}.yaml`, objects);
  };
  const known = new Map([
    ['http.port', String(ports.http)],
    ['https.port', String(ports.https)],
  ]);
  const results: Result[] = [];
  for (const one of set.cases) {
    const found = await runCase(filledIn(one, known), { client: { ports, certificates }, backends, apply });
    results.push({ file: set.name, name: one.name, source: one.source, ...found });
  }
  return results;
}
