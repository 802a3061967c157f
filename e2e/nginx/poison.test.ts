import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificates } from '../behaviour/case-certificates.ts';
import { certificateFor } from '../certificates.ts';
import { EchoUpstream, echoOf } from '../echo-upstream.ts';
import { KeepAliveLoad } from '../keep-alive-load.ts';
import { hostTo, ingress, ingressClass, served, tlsSecret } from '../manifest.ts';
import { machineProxy, needing } from '../proxy-programs.ts';
import { get } from '../raw-request.ts';
import { RunningSluice } from '../running-sluice.ts';
import { sluice as runSluice } from '../sluice-command.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { parseConfiguration } from './configuration-lexer.ts';
import type { ParsedDirective } from './configuration-lexer.ts';
import { allowing, benign, places, poisonSettings, poisons } from '../poison-places.ts';
import type { Place } from '../poison-places.ts';
import { dangerous, poisonedWords, shapesOf, unaffected } from './structure.ts';

const { skip, title } = needing(machineProxy('nginx'), 'poison in every place');

/** Variables that stand in texts of ours, or that the annotation lets users write (`$host`, `$request_uri`). */
const OURS = /^sluice_/;
const ALLOWED = /^(sluice_\w+|host|request_uri)$/;
const WITH_VARIABLES: ReadonlySet<string> = new Set([
  'auth-url',
  'auth-signin',
  'auth-cache-key',
  'upstream-vhost',
  'upstream-hash-by',
  'configuration-snippet',
  'server-snippet',
  'value of auth-proxy-set-headers',
  'value of custom-headers',
]);

interface Batch {
  readonly name: string;
  readonly members: readonly Place[];
  readonly variables: RegExp;
}

/** A few places at a time: each step is a reload. */
const AT_ONCE = 3;

function batchesOf(members: readonly Place[], variables: RegExp): readonly Batch[] {
  return Array.from({ length: Math.ceil(members.length / AT_ONCE) }, (_, step) => {
    const some = members.slice(step * AT_ONCE, (step + 1) * AT_ONCE);
    return { name: some.map(({ name }) => name).join(', '), members: some, variables };
  });
}

const batches = [
  ...batchesOf(
    places.filter(({ name }) => !WITH_VARIABLES.has(name)),
    OURS,
  ),
  ...batchesOf(
    places.filter(({ name }) => WITH_VARIABLES.has(name)),
    ALLOWED,
  ),
];

describe.skipIf(skip)(title, () => {
  const folder = new TemporaryFolder();
  let upstream: EchoUpstream;
  let sluice: RunningSluice;
  let load: KeepAliveLoad;
  let before: readonly string[];
  let known: ReadonlySet<string>;
  let step = 0;
  let seen = 0;

  beforeAll(async () => {
    upstream = await EchoUpstream.start('web');
    const pair = await certificateFor('tls.test');
    const authority = (await makeCertificates({ a: { names: ['a'], authority: true, expired: false } })).get('a');
    const common = [
      ingressClass(),
      ...served('web', upstream.port),
      ...served('other', upstream.port),
      hostTo('good.test', 'web'),
      tlsSecret('cert', pair),
      ingress({
        name: 'tls',
        rules: [{ host: 'tls.test', paths: [{ service: 'web' }] }],
        tls: [{ hosts: ['tls.test'], secretName: 'cert' }],
      }),
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'users' }, stringData: { auth: 'user:{PLAIN}secret' } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'authority' }, stringData: { 'ca.crt': authority?.cert ?? '' } },
      allowing,
    ];
    folder.writeObjects('manifests/common.yaml', common);
    const config = folder.write('sluice.json', JSON.stringify(poisonSettings));
    sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), ['--backend', 'nginx', '--config', config]);
    before = unaffected(configuration(await nextMarker([])));
    known = await shapesOfBenign(common);
    load = new KeepAliveLoad(sluice.ports.http, 'good.test', 1);
  }, 60_000);

  afterAll(async () => {
    await load?.stop();
    await sluice?.kill();
    await upstream.close();
    folder.remove();
  });

  /** Serves the objects beside the common ones; resolves when they are. */
  async function nextMarker(objects: readonly object[]): Promise<string> {
    const marker = `marker-${step++}.test`;
    folder.writeObjects('manifests/poison.yaml', [...objects, hostTo(marker, 'web')]);
    await sluice.routes(marker);
    return marker;
  }

  /** The configuration that is served, without the marker's own server. */
  function configuration(marker: string): readonly ParsedDirective[] {
    const text = readFileSync(folder.at('data', 'nginx', 'current', 'nginx.conf'), 'latin1');
    return parseConfiguration(text.replaceAll(marker, 'victim-marker'));
  }

  /** What the places make of values that are none of these. */
  async function shapesOfBenign(common: readonly object[]): Promise<ReadonlySet<string>> {
    const objects = places.flatMap(({ objects: made }, place) => benign.flatMap((value, index) => made(value, place * 100 + index)));
    folder.writeObjects('benign/objects.yaml', [...common, ...objects]);
    const { stdout } = await runSluice([
      'render',
      folder.at('benign'),
      '--backend',
      'nginx',
      '--config',
      folder.at('sluice.json'),
      '--out',
      folder.at('rendered'),
    ]);
    expect(stdout).toBe('');
    return shapesOf(parseConfiguration(readFileSync(folder.at('rendered', 'nginx.conf'), 'utf8')));
  }

  test.each(batches)('$name', async ({ members, variables }) => {
    const objects = members.flatMap(({ objects: made }, place) => poisons.flatMap((value, index) => made(value, place * 100 + index)));
    const marker = await nextMarker(objects);
    const directives = configuration(marker);
    seen += poisonedWords(directives);
    expect(dangerous(directives, variables)).toEqual([]);
    expect([...shapesOf(directives)].filter((shape) => !known.has(shape))).toEqual([]);
    expect(unaffected(directives)).toEqual(before);
    expect(echoOf((await get(sluice.http, marker)).body).upstream).toBe('web');
    expect(echoOf((await get(sluice.https('tls.test'), 'tls.test')).body).upstream).toBe('web');
    expect(load.failures).toEqual([]);
  });

  test('much of the poison got into the configuration, as text', () => {
    expect(seen).toBeGreaterThan(200);
  });

  test('everybody else was served all the time', () => {
    expect(load.failures).toEqual([]);
    expect(load.answered).toBeGreaterThan(batches.length);
  });
});
