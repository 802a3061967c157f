import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificates } from '../behaviour/case-certificates.ts';
import { certificateFor } from '../certificates.ts';
import { factsOf } from '../dataplane-facts.ts';
import type { HaproxyFacts } from '../dataplane-facts.ts';
import { EchoUpstream } from '../echo-upstream.ts';
import { hostTo, ingress, ingressClass, served, tlsSecret } from '../manifest.ts';
import { machineProxy, needing } from '../proxy-programs.ts';
import { get } from '../raw-request.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { untilTrue } from '../until.ts';
import { MixedLoad } from './mixed-load.ts';

const { skip, title } = needing(machineProxy('haproxy'), 'HAProxy with what it cannot be told');

const PREFIX = 'nginx.ingress.kubernetes.io/';
/** The password is `secret`. */
const BCRYPT = '$2y$05$A4R7ADkAmg9LxVSlpeAOEe4ZWiv4LQNEjjsdWGEnTyGhPo0dGNzVe';

describe.skipIf(skip)(title, () => {
  const folder = new TemporaryFolder();
  let upstream: EchoUpstream;
  let sluice: RunningSluice;
  let load: MixedLoad;
  let authority = '';

  beforeAll(async () => {
    upstream = await EchoUpstream.start('web');
    const wish = { names: ['a'], authority: true, expired: false };
    const made = await makeCertificates({ first: wish, second: wish });
    authority = made.get('second')?.cert ?? '';
    folder.writeObjects('manifests/common.yaml', [
      ingressClass(),
      ...served('web', upstream.port),
      tlsSecret('shop', await certificateFor('shop.test')),
      ingress({
        name: 'shop',
        annotations: { [`${PREFIX}ssl-redirect`]: 'false' },
        rules: [{ host: 'shop.test', paths: [{ service: 'web' }] }],
        tls: [{ hosts: ['shop.test'], secretName: 'shop' }],
      }),
      // Whether there is such a host decides whether sessions are kept, which the global settings say.
      secret('checking', { 'ca.crt': made.get('first')?.cert ?? '' }),
      host('checked', { 'auth-tls-secret': 'default/checking' }),
    ]);
    sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), ['--backend', 'haproxy']);
  });

  afterAll(async () => {
    await load?.stop();
    await sluice?.kill();
    await upstream.close();
    folder.remove();
  });

  function facts(): Promise<HaproxyFacts> {
    return factsOf<HaproxyFacts>(sluice);
  }

  /** What the log gives as reasons, the last ones last. */
  function loggedReasons(): readonly (readonly string[])[] {
    const lines = sluice.command.stderr.split('\n').filter((line) => line.startsWith('{') && line.includes('"reasons"'));
    return lines.map((line) => (JSON.parse(line) as { readonly reasons: readonly string[] }).reasons);
  }

  function host(name: string, annotations: Readonly<Record<string, string>>): object {
    const prefixed = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [PREFIX + key, value]));
    return ingress({ name, annotations: prefixed, rules: [{ host: `${name}.test`, paths: [{ service: 'web' }] }] });
  }

  function secret(name: string, entries: Readonly<Record<string, string>>): object {
    return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name, namespace: 'default' }, stringData: entries };
  }

  test('the first configuration has no other reason', async () => {
    expect((await facts()).lastReload?.reasons).toEqual(['first configuration']);
    expect(loggedReasons()).toEqual([['first configuration']]);
    load = new MixedLoad(sluice.ports, 'shop.test');
    await untilTrue('the load', () => load.answered > 100);
  });

  const cases: readonly (readonly [name: string, reasons: readonly unknown[], objects: () => readonly object[], status: number])[] = [
    [
      'class',
      [expect.stringMatching(/^backends with HTTP, 7000 ms to connect \(\w+\) added$/)],
      () => [host('class', { 'proxy-connect-timeout': '7' })],
      200,
    ],
    [
      'passwords',
      [expect.stringMatching(/^users of default\/users \(\w+\) added$/)],
      () => [secret('users', { auth: `user:${BCRYPT}` }), host('passwords', { 'auth-type': 'basic', 'auth-secret': 'users' })],
      401,
    ],
    [
      'clients',
      ['authorities of client certificates of Ingress default/clients added'],
      () => [secret('authority', { 'ca.crt': authority }), host('clients', { 'auth-tls-secret': 'default/authority' })],
      400,
    ],
  ];

  describe.each(cases)('%s', (name, reasons, objects, status) => {
    test('one reload says why, and nobody notices', async () => {
      const [before, logged] = [await facts(), loggedReasons().length];
      folder.writeObjects('manifests/more.yaml', objects());
      await untilTrue('the answer', async () => (await answer(name)) === status);
      await untilTrue('the end of the reload', async () => (await facts()).reloads > before.reloads);
      const after = await facts();
      expect(after.reloads).toBe(before.reloads + 1);
      expect(after.lastReload?.reasons).toEqual(reasons);
      await untilTrue('the reasons to be logged', () => loggedReasons().length > logged);
      expect(loggedReasons().at(-1)?.slice(0, reasons.length)).toEqual(reasons);
      expect(load.failures).toEqual({});
    });

    test('it goes, and comes back, without another one', async () => {
      const before = await facts();
      folder.delete('manifests/more.yaml');
      await untilTrue('404', async () => (await answer(name)) === 404);
      await untilTrue('its removal to be logged', () => loggedReasons().at(-1)?.includes(`host ${name}.test removed`) === true);
      folder.writeObjects('manifests/more.yaml', objects());
      await untilTrue('the answer', async () => (await answer(name)) === status);
      await untilTrue('its return to be logged', () => loggedReasons().at(-1)?.includes(`host ${name}.test added`) === true);
      expect((await facts()).reloads).toBe(before.reloads);
      expect(load.failures).toEqual({});
    });
  });

  /** The status of a host, over TLS where certificates of clients matter. */
  async function answer(name: string): Promise<number> {
    return (await get(name === 'clients' ? sluice.https('clients.test') : sluice.http, `${name}.test`)).status;
  }

  test('what changes at runtime is named', async () => {
    const other = await EchoUpstream.start('other');
    const told = async (what: string, objects: readonly object[]): Promise<void> => {
      folder.writeObjects('manifests/named.yaml', objects);
      await untilTrue(what, () => loggedReasons().at(-1)?.includes(what) === true).catch(() =>
        expect(loggedReasons().at(-1)).toContain(what),
      );
    };
    await told('host named.test added', [hostTo('named.test', 'web')]);
    const rest = { name: 'named.test', rules: [{ host: 'named.test', paths: [{ service: 'web' }, { path: '/more', service: 'web' }] }] };
    await told('path /more of the host named.test added', [ingress(rest)]);
    await told('upstream default/new:80 is new', [hostTo('named.test', 'new'), ...served('new', upstream.port)]);
    await told('endpoints of default/new:80', [hostTo('named.test', 'new'), ...served('new', other.port)]);
    await told('upstream default/new:80 is gone', served('new', other.port));
    await told('certificate default/named is new', [
      tlsSecret('named', await certificateFor('named.test')),
      ingress({ ...rest, tls: [{ hosts: ['named.test'], secretName: 'named' }] }),
    ]);
    await other.close();
    expect(load.failures).toEqual({});
  });
});
