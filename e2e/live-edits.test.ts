import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { certificateFor, fingerprintOf, servedFingerprint } from './certificates.ts';
import { EchoUpstream, echoOf } from './echo-upstream.ts';
import { KeepAliveLoad } from './keep-alive-load.ts';
import { endpointSlice, hostTo, ingress, ingressClass, served, service, tlsSecret } from './manifest.ts';
import { get } from './raw-request.ts';
import { RunningSluice } from './running-sluice.ts';
import { TemporaryFolder } from './temporary-folder.ts';
import { until, untilTrue } from './until.ts';

let first: EchoUpstream;
let second: EchoUpstream;
let folder: TemporaryFolder;
let sluice: RunningSluice;

beforeAll(async () => {
  first = await EchoUpstream.start('first');
  second = await EchoUpstream.start('second');
});

afterAll(async () => {
  await first.close();
  await second.close();
});

beforeEach(async () => {
  folder = new TemporaryFolder();
  folder.writeObjects('manifests/common.yaml', [ingressClass(), ...served('first', first.port), ...served('second', second.port)]);
  folder.writeObjects('manifests/shop.yaml', [hostTo('shop.test', 'first')]);
  sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'));
});

afterEach(async () => {
  await sluice?.kill();
  folder.remove();
});

/** The upstream that answers for a host, or the status where none does. */
async function answererOf(host: string): Promise<string> {
  const { status, body } = await get(sluice.http, host);
  return status === 200 ? echoOf(body).upstream : String(status);
}

async function untilAnswers(host: string, expected: string): Promise<void> {
  await untilTrue(`${expected} to answer for ${host}`, async () => (await answererOf(host)) === expected);
}

test('a file that is written, changed, renamed and deleted', async () => {
  expect(await answererOf('new.test')).toBe('404');
  folder.writeObjects('manifests/new/deep/added.yaml', [hostTo('new.test', 'first')]);
  await untilAnswers('new.test', 'first');
  folder.write('manifests/new/deep/added.yaml', JSON.stringify(hostTo('new.test', 'second')));
  await untilAnswers('new.test', 'second');
  folder.rename('manifests/new/deep/added.yaml', 'manifests/renamed.yml');
  folder.writeObjects('manifests/after.yaml', [hostTo('after.test', 'first')]);
  await untilAnswers('after.test', 'first');
  expect(await answererOf('new.test')).toBe('second');
  folder.delete('manifests/renamed.yml');
  await untilAnswers('new.test', '404');
  expect(await answererOf('shop.test')).toBe('first');
});

test('a file that is renamed to something that is no manifest', async () => {
  folder.rename('manifests/shop.yaml', 'manifests/shop.yaml.bak');
  await untilAnswers('shop.test', '404');
  folder.rename('manifests/shop.yaml.bak', 'manifests/shop.json');
  await untilAnswers('shop.test', 'first');
});

test('a Secret that is rotated serves its new certificate on the next handshake', async () => {
  const [before, after] = [await certificateFor('tls.test'), await certificateFor('tls.test')];
  const rules = [{ host: 'tls.test', paths: [{ service: 'first' }] }];
  const secured = ingress({ name: 'secured', rules, tls: [{ hosts: ['tls.test'], secretName: 'cert' }] });
  folder.writeObjects('manifests/tls.yaml', [secured]);
  const served = (): Promise<string> => servedFingerprint(sluice.ports.https, 'tls.test');
  await untilTrue('the redirect to HTTPS', async () => (await get(sluice.http, 'tls.test')).status === 308);
  const fallback = await served();
  folder.writeObjects('manifests/secret.yaml', [tlsSecret('cert', before)]);
  await until('the first certificate', async () => ((await served()) === fingerprintOf(before) ? true : undefined));
  expect(fallback).not.toBe(fingerprintOf(before));
  const load = new KeepAliveLoad(sluice.ports.http, 'shop.test', 2);
  folder.writeObjects('manifests/secret.yaml', [tlsSecret('cert', after)]);
  await until('the second certificate', async () => ((await served()) === fingerprintOf(after) ? true : undefined));
  const answer = await get(sluice.https('tls.test'), 'tls.test');
  await load.stop();
  expect(echoOf(answer.body).upstream).toBe('first');
  expect(load.failures).toEqual([]);
  folder.delete('manifests/secret.yaml');
  await until('the default certificate', async () => ((await served()) === fallback ? true : undefined));
});

test('an endpoint that stops and starts being ready', async () => {
  folder.writeObjects('manifests/moody.yaml', [service('moody'), endpointSlice('moody', undefined), hostTo('moody.test', 'moody')]);
  await untilAnswers('moody.test', '503');
  for (const ready of [true, false, true]) {
    folder.writeObjects('manifests/moody.yaml', [
      service('moody'),
      endpointSlice('moody', { port: second.port, ready }),
      hostTo('moody.test', 'moody'),
    ]);
    await untilAnswers('moody.test', ready ? 'second' : '503');
  }
});

test('a directory that vanishes keeps serving and is taken up again when it returns', async () => {
  folder.rename('manifests', 'elsewhere');
  await untilTrue('the diagnostic', async () => (await sluice.findings()).some((finding) => finding.startsWith('SLU1005 ')));
  expect(await answererOf('shop.test')).toBe('first');
  expect((await sluice.page('/readyz')).status).toBe(200);
  folder.writeObjects('elsewhere/shop.yaml', [hostTo('shop.test', 'second')]);
  folder.rename('elsewhere', 'manifests');
  await untilAnswers('shop.test', 'second');
  await untilTrue('the diagnostic to go', async () => !(await sluice.findings()).some((finding) => finding.startsWith('SLU1005 ')));
});

test('no request fails while fifty edits go live', async () => {
  const clients = 4;
  const load = new KeepAliveLoad(sluice.ports.http, 'shop.test', clients);
  await untilTrue('the load', () => load.answered > 20);
  const spare = await certificateFor('edit.test');
  for (let edit = 0; edit < 50; edit++) {
    const target = edit % 2 === 0 ? first : second;
    const host = `edit-${edit}.test`;
    const tls = edit % 5 === 0 ? [{ hosts: [host], secretName: 'absent' }] : [];
    folder.writeObjects('manifests/common.yaml', [ingressClass(), ...served('first', target.port), ...served('second', second.port)]);
    folder.writeObjects('manifests/edit.yaml', [
      ingress({ name: `edit-${edit}`, rules: [{ host, paths: [{ service: 'second' }] }], tls }),
      tlsSecret('edit', spare),
    ]);
    if (edit % 10 === 0) await sluice.routes(host);
    else await delay(20);
  }
  await sluice.routes('edit-49.test');
  const answeredBefore = load.answered;
  await untilTrue('more answers', () => load.answered > answeredBefore + 20);
  await load.stop();
  expect(load.failures).toEqual([]);
  expect(load.connections.size).toBe(clients);
  expect(await answererOf('shop.test')).toBe('second');
});
