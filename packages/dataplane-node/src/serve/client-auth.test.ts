import { createSecureContext, connect } from 'node:tls';
import { generate } from 'selfsigned';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { verifyingLookup } from '../validate/client-contexts.ts';
import type { ServingGeneration } from './proxy-context.ts';
import type { ProxyServer } from './proxy-server.ts';
import { annotatedModel, generationOf } from './testing/annotated-proxy.ts';
import { fallbackCertificate } from './testing/certificates.ts';
import type { TestCertificate } from './testing/certificates.ts';
import { RawClient } from './testing/raw-client.ts';
import { portOf, TestBench } from './testing/test-proxy.ts';

let authority: TestCertificate;
let other: TestCertificate;
let client: TestCertificate;
let deep: TestCertificate;
let bench: TestBench;

async function certificate(name: string, by?: TestCertificate, signs = false): Promise<TestCertificate> {
  const usage = signs ? [{ name: 'keyUsage' as const, keyCertSign: true, cRLSign: true, critical: true }] : [];
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 86_400_000),
    extensions: [{ name: 'basicConstraints', cA: signs, critical: true }, ...usage],
    ...(by && { ca: by }),
  });
  return { cert, key };
}

beforeAll(async () => {
  authority = await certificate('authority', undefined, true);
  other = await certificate('other', undefined, true);
  client = await certificate('client', authority);
  const one = await certificate('one', authority, true);
  const two = await certificate('two', one, true);
  const leaf = await certificate('leaf', two);
  deep = { cert: [leaf.cert, two.cert, one.cert].join('\n'), key: leaf.key };
});
beforeEach(() => {
  bench = new TestBench();
});
afterEach(() => bench.close());

async function generationFor(port: number, annotations: Readonly<Record<string, string>>, ca = authority): Promise<ServingGeneration> {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'ca' }, stringData: { 'ca.crt': ca.cert } };
  const made = generationOf(annotatedModel(port, { 'auth-tls-secret': 'default/ca', ...annotations }, [secret]));
  const pair = await fallbackCertificate();
  const plain = createSecureContext(pair);
  const verifying = verifyingLookup(made.routes, () => pair);
  return { ...made, secureContextFor: (name) => verifying(name) ?? plain };
}

/** A proxy in front of an upstream that answers what it has got. */
async function proxied(annotations: Readonly<Record<string, string>> = {}) {
  const upstream = await bench.http(({ headers }, response) => response.end(JSON.stringify(headers)));
  const proxy = await bench.proxy({ tls: true, generation: await generationFor(upstream.port, annotations) });
  return { proxy, upstream: upstream.port };
}

interface Asking {
  readonly shown?: TestCertificate | undefined;
  readonly name?: string;
  readonly lines?: string;
}

function open(proxy: ProxyServer, { shown, name = 'a.test' }: Asking): RawClient {
  const port = portOf(proxy.addresses().https[0]);
  return new RawClient(connect({ port, host: '127.0.0.1', servername: name, rejectUnauthorized: false, ...shown }));
}

async function ask(proxy: ProxyServer, asking: Asking = {}): Promise<string> {
  const connection = open(proxy, asking);
  connection.send(`GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n${asking.lines ?? ''}\r\n`);
  return connection.end();
}

const status = (code: number) => new RegExp(`^HTTP/1\\.1 ${code} `);

describe('client certificates', () => {
  test('on: needs one of the authority', async () => {
    const { proxy } = await proxied();
    const answer = await ask(proxy, { shown: client });
    expect(answer).toMatch(status(200));
    expect(answer).toContain('"ssl-client-verify":"SUCCESS","ssl-client-subject-dn":"CN=client","ssl-client-issuer-dn":"CN=authority"');
    expect(await ask(proxy)).toMatch(status(400));
    expect(await ask(proxy, { shown: await certificate('stranger') })).toMatch(status(400));
    expect(await ask(proxy, { shown: await certificate('foreign', other) })).toMatch(status(400));
  });

  test('optional: none will do, a bad one will not; clients cannot claim one', async () => {
    const { proxy } = await proxied({ 'auth-tls-verify-client': 'optional' });
    const answer = await ask(proxy, { lines: 'ssl-client-verify: SUCCESS\r\nSSL-Client-Subject-DN: CN=me\r\n' });
    expect(answer).toContain('"ssl-client-verify":"NONE"');
    expect(answer).not.toContain('CN=me');
    expect(await ask(proxy, { shown: await certificate('foreign', other) })).toMatch(status(400));
  });

  test('optional_no_ca: leaves it to the upstream', async () => {
    const { proxy } = await proxied({ 'auth-tls-verify-client': 'optional_no_ca', 'auth-tls-pass-certificate-to-upstream': 'true' });
    const answer = await ask(proxy, { shown: await certificate('stranger') });
    expect(answer).toContain('"ssl-client-verify":"FAILED:self-signed certificate"');
    expect(answer).toContain('"ssl-client-cert":"-----BEGIN%20CERTIFICATE-----%0A');
  });

  test('the way to the authority may be as long as the depth says', async () => {
    const { proxy } = await proxied();
    expect(await ask(proxy, { shown: deep })).toMatch(status(400));
    const { proxy: deeper } = await proxied({ 'auth-tls-verify-depth': '2' });
    expect(await ask(deeper, { shown: deep })).toMatch(status(200));
  });

  test('the subject must match', async () => {
    const { proxy } = await proxied({ 'auth-tls-match-cn': 'CN=cl.*t' });
    expect(await ask(proxy, { shown: client })).toMatch(status(200));
    const { proxy: strict } = await proxied({ 'auth-tls-match-cn': 'CN=somebody' });
    expect(await ask(strict, { shown: client })).toMatch(status(403));
  });

  test('a handshake for another host, or for none, is not enough', async () => {
    const { proxy } = await proxied();
    expect(await ask(proxy, { shown: client, name: 'b.test' })).toMatch(status(421));
    expect(await ask(proxy, { shown: client, name: '' })).toMatch(status(400));
  });

  test('a connection does not outlive its authority', async () => {
    const { proxy, upstream } = await proxied();
    const connection = open(proxy, { shown: client });
    connection.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');
    await connection.until(/\r\n\r\n\{.*\}/);
    connection.clear();
    proxy.swap(await generationFor(upstream, {}, other));
    connection.send('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
    expect(await connection.end()).toMatch(status(421));
  });

  test('an error page', async () => {
    const { proxy } = await proxied({ 'auth-tls-error-page': 'https://b.test/help' });
    expect(await ask(proxy)).toMatch(/^HTTP\/1\.1 302 [^]*\r\nLocation: https:\/\/b\.test\/help\r\n/);
  });
});
