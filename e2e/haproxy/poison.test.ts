import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificates } from '../behaviour/case-certificates.ts';
import { certificateFor } from '../certificates.ts';
import { factsOf } from '../dataplane-facts.ts';
import type { HaproxyFacts } from '../dataplane-facts.ts';
import { EchoUpstream, echoOf } from '../echo-upstream.ts';
import { KeepAliveLoad } from '../keep-alive-load.ts';
import { hostTo, ingress, ingressClass, served, tlsSecret } from '../manifest.ts';
import { MARK, allowing, benign, places, poisonSettings, poisons } from '../poison-places.ts';
import type { Place } from '../poison-places.ts';
import { machineProxy, needing } from '../proxy-programs.ts';
import { get } from '../raw-request.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';

const { skip, title } = needing(machineProxy('haproxy'), 'poison in every place, for HAProxy');

/** What would do something in texts of HAProxy, on its command line or in maps. */
const more: readonly string[] = [
  `%[lua.${MARK}] %{+Q}o %[env(${MARK})] %%`,
  `${MARK} if TRUE`,
  `$(touch ${MARK}) \`${MARK}\``,
  `${MARK} <<`,
  `${MARK}; shutdown sessions server x/${MARK}\nshow env`,
  `${MARK}|${MARK},${MARK}#2 -- ${MARK}`,
  `${MARK}\u0000\u00ff\r\nfrontend ${MARK}\n  bind :1`,
  `${MARK}\n\n`,
  MARK.repeat(700),
  `"${MARK}'%[path]"`.repeat(1200),
];
const values = [...poisons, ...more];

const AT_ONCE = 12;
const batches = Array.from({ length: Math.ceil(places.length / AT_ONCE) }, (_, step) => {
  const members = places.slice(step * AT_ONCE, (step + 1) * AT_ONCE);
  return { name: members.map(({ name }) => name).join(', '), members };
});

describe.skipIf(skip)(title, () => {
  const folder = new TemporaryFolder();
  let upstream: EchoUpstream;
  let sluice: RunningSluice;
  let load: KeepAliveLoad;
  let known: ReadonlySet<string>;
  let step = 0;
  let seen = 0;

  beforeAll(async () => {
    upstream = await EchoUpstream.start('web');
    const pair = await certificateFor('tls.test');
    const authority = (await makeCertificates({ a: { names: ['a'], authority: true, expired: false } })).get('a');
    const rules = [{ host: 'tls.test', paths: [{ service: 'web' }] }];
    folder.writeObjects('manifests/common.yaml', [
      ingressClass(),
      ...served('web', upstream.port),
      ...served('other', upstream.port),
      hostTo('good.test', 'web'),
      tlsSecret('cert', pair),
      ingress({ name: 'tls', rules, tls: [{ hosts: ['tls.test'], secretName: 'cert' }] }),
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'users' }, stringData: { auth: 'user:{PLAIN}secret' } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'authority' }, stringData: { 'ca.crt': authority?.cert ?? '' } },
      allowing,
    ]);
    const config = folder.write('sluice.json', JSON.stringify(poisonSettings));
    sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), ['--backend', 'haproxy', '--config', config]);
    await serve(objectsOf(places, benign));
    known = new Set(configuration());
    load = new KeepAliveLoad(sluice.ports.http, 'good.test', 2, { thinkMs: 5 });
  }, 60_000);

  afterAll(async () => {
    await load?.stop();
    await sluice?.kill();
    await upstream.close();
    folder.remove();
  });

  function objectsOf(members: readonly Place[], texts: readonly string[]): readonly object[] {
    return members.flatMap(({ objects }, place) => texts.flatMap((value, index) => objects(value, place * 100 + index)));
  }

  /** Serves the objects beside the common ones; resolves with a host of that change when they are. */
  async function serve(objects: readonly object[]): Promise<string> {
    const marker = `marker-${step++}.test`;
    folder.writeObjects('manifests/poison.yaml', [...objects, hostTo(marker, 'web')]);
    await sluice.routes(marker);
    return marker;
  }

  function read(...path: readonly string[]): string {
    return readFileSync(folder.at('data', 'haproxy', 'current', ...path), 'latin1');
  }

  /** Lines of the configuration and of the list of certificates without names that are made of digests. */
  function configuration(): readonly string[] {
    const list = read('certificates.list').split('\n');
    const lines = [...read('haproxy.cfg').split('\n'), ...list.map((line) => line.replace(/(?: !?[*\w.-]+)+$/, ' NAMES'))];
    return (
      lines
        .filter((line) => !/^ {2}server /.test(line))
        // Sessions are kept while no host asks clients for certificates.
        .map((line) =>
          line
            .replace(/[0-9a-f]{8,}[a-z]*/g, 'DIGEST')
            .replace(/_\d+ /, '_N ')
            .replace(/cachesize \d+$/, 'cachesize N'),
        )
    );
  }

  test.each(batches)('$name', async ({ members }) => {
    const marker = await serve(objectsOf(members, values));
    expect(configuration().filter((line) => !known.has(line))).toEqual([]);
    for (const name of readdirSync(folder.at('data', 'haproxy', 'current', 'maps'))) {
      const text = read('maps', name);
      seen += text.split(MARK).length - 1;
      // Blanks are those between key and value alone, but in expressions nothing is.
      expect(text.split('\n').filter((line) => !/^(?:[!-~]+ [!-~]+)?$/.test(line))).toEqual([]);
    }
    expect(echoOf((await get(sluice.http, marker)).body).upstream).toBe('web');
    expect(echoOf((await get(sluice.https('tls.test'), 'tls.test')).body).upstream).toBe('web');
    expect(load.failures).toEqual([]);
  });

  test('much of the poison got into maps, as text', () => {
    expect(seen).toBeGreaterThan(200);
  });

  test('everybody else was served all the time, by one HAProxy', async () => {
    expect(load.failures).toEqual([]);
    expect(load.answered).toBeGreaterThan(batches.length);
    expect((await factsOf<HaproxyFacts>(sluice)).restarts).toBe(0);
    expect(sluice.command.stderr).not.toMatch(/could not be told what changed|\[ALERT\]/);
  });
});
