import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EchoUpstream } from './echo-upstream.ts';
import { configMap, hostTo, ingressClass, served } from './manifest.ts';
import { backends, needing, programOf } from './proxy-programs.ts';
import { get } from './raw-request.ts';
import { RunningSluice } from './running-sluice.ts';
import { occupyPort } from './socket-port.ts';
import { EchoingDatagrams, EchoingServer, OpenConnection, askByDatagram, exchange } from './stream-peers.ts';
import { TemporaryFolder } from './temporary-folder.ts';
import { untilTrue } from './until.ts';

/** A Service with port 80 of TCP and of UDP, and its endpoints on this machine. */
function streamed(name: string, ports: readonly number[], protocol: 'TCP' | 'UDP' = 'TCP'): readonly object[] {
  const metadata = { name, namespace: 'default' };
  const port = { name: 'main', port: 80, protocol };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [port] } },
    ...ports.map((target) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${name}-${target}`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ name: 'main', port: target, protocol }],
      endpoints: [{ addresses: ['127.0.0.1'] }],
    })),
  ];
}

async function freePorts(count: number): Promise<readonly number[]> {
  const held = await Promise.all(Array.from({ length: count }, occupyPort));
  for (const one of held) await one.release();
  return held.map(({ port }) => port);
}

const isOpen = async (port: number): Promise<boolean> =>
  exchange(port, 'x').then(
    () => true,
    () => false,
  );

describe.each(backends)('TCP and UDP services by %s', (backend) => {
  const { skip, title } = needing(programOf(backend), 'real traffic');
  let [first, second, proxied, dead]: (EchoingServer | undefined)[] = [];
  let datagrams: EchoingDatagrams;
  let web: EchoUpstream;
  let folder: TemporaryFolder;
  let sluice: RunningSluice;
  let ports: readonly number[];
  const port = (index: number): number => ports[index] ?? 0;

  beforeAll(async () => {
    [first, second] = [await EchoingServer.start('first'), await EchoingServer.start('second')];
    proxied = await EchoingServer.start('proxied', true);
    datagrams = await EchoingDatagrams.start('datagrams');
    web = await EchoUpstream.start('web');
  });

  afterAll(async () => {
    for (const peer of [first, second, proxied, datagrams, web]) await peer?.close();
  });

  const serve = (name: string, to: readonly (EchoingServer | undefined)[]): void =>
    folder.writeObjects(
      `manifests/${name}.yaml`,
      streamed(
        name,
        to.map((peer) => peer?.port ?? 0),
      ),
    );
  const entries = (data: Readonly<Record<number | string, string>>): void =>
    folder.writeObjects('manifests/tcp.yaml', [configMap('tcp', data)]);
  const start = async (...more: readonly string[]): Promise<void> => {
    const flags = [...more, '--tcp-services-configmap', 'default/tcp', '--udp-services-configmap', 'default/udp', '--backend', backend];
    sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), flags);
  };

  beforeEach(async () => {
    folder = new TemporaryFolder();
    ports = await freePorts(3);
    folder.writeObjects('manifests/web.yaml', [ingressClass(), ...served('web', web.port), hostTo('web.test', 'web')]);
    serve('main', [first]);
    entries({ [port(0)]: 'default/main:main' });
    folder.writeObjects('manifests/udp.yaml', [configMap('udp', {})]);
  });

  afterEach(async () => {
    await sluice?.kill();
    folder.remove();
  });

  test.skipIf(skip)(`${title}: bytes in both directions, and a side that ends before the other`, async () => {
    await start();
    expect(await exchange(port(0), 'hello')).toBe('hello|first');
    const chunk = randomBytes(1 << 20);
    const [sent, received] = [createHash('sha1'), createHash('sha1')];
    const socket = connect({ port: port(0), host: '127.0.0.1', allowHalfOpen: true });
    let bytes = 0;
    socket.on('data', (part: Buffer) => {
      bytes += part.length;
      received.update(part);
    });
    for (let count = 0; count < 50; count++) {
      sent.update(chunk);
      if (!socket.write(chunk)) await once(socket, 'drain');
    }
    socket.end();
    await once(socket, 'end');
    expect(bytes).toBe((50 << 20) + '|first'.length);
    expect(received.digest('hex')).toBe(sent.update('|first').digest('hex'));
  });

  test.skipIf(skip)(`${title}: endpoints change under open connections, which stay`, async () => {
    await start();
    const open = await OpenConnection.to(port(0));
    expect(await open.ask('before')).toBe('before');
    serve('main', [second]);
    await untilTrue('the second endpoint', async () => (await exchange(port(0), 'x')) === 'x|second');
    expect(await open.ask('after')).toBe('after');
    expect(await open.end()).toBe('|first');
  });

  test.skipIf(skip)(`${title}: ports come and go, alone`, async () => {
    await start();
    const open = await OpenConnection.to(port(0));
    serve('other', [second]);
    entries({ [port(0)]: 'default/main:main', [port(1)]: 'default/other:80' });
    await untilTrue('the new port', () => isOpen(port(1)));
    expect(await exchange(port(1), 'x')).toBe('x|second');
    expect(await exchange(port(0), 'x')).toBe('x|first');
    entries({ [port(1)]: 'default/other:80' });
    await untilTrue('the port to be closed', async () => !(await isOpen(port(0))));
    expect(await exchange(port(1), 'x')).toBe('x|second');
    expect(await open.ask('still')).toBe('still');
    expect((await get(sluice.http, 'web.test')).status).toBe(200);
    entries({});
    await untilTrue('the last port to be closed', async () => !(await isOpen(port(1))));
  });

  test.skipIf(skip)(`${title}: an endpoint that refuses is passed over`, async () => {
    dead = await EchoingServer.start('dead');
    serve('main', [dead, first]);
    await dead.close();
    await start();
    for (let count = 0; count < 4; count++) expect(await exchange(port(0), 'x')).toBe('x|first');
  });

  test.skipIf(skip)(`${title}: the PROXY protocol comes in and goes out`, async () => {
    serve('proxied', [proxied]);
    entries({
      [port(0)]: 'default/main:main:PROXY',
      [port(1)]: 'default/proxied:main::PROXY',
      [port(2)]: 'default/proxied:main:PROXY:PROXY',
    });
    await start();
    const header = 'PROXY TCP4 192.0.2.7 198.51.100.9 4711 9000\r\n';
    expect(await exchange(port(0), `${header}hello`)).toBe('hello|first');
    const binary = Buffer.from('0d0a0d0a000d0a515549540a2111000cc0000207c633640912672328', 'hex').toString('latin1');
    const socket = connect({ port: port(0), host: '127.0.0.1', allowHalfOpen: true });
    socket.end(Buffer.from(`${binary}hello`, 'latin1'));
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    await once(socket, 'end');
    expect(Buffer.concat(parts).toString()).toBe('hello|first');
    expect(await exchange(port(1), 'hello')).toBe('hello|proxied');
    expect(proxied?.headers.at(-1)).toMatch(new RegExp(`^PROXY TCP4 127\\.0\\.0\\.1 127\\.0\\.0\\.1 \\d+ ${port(1)}$`));
    expect(await exchange(port(2), `${header}hello`)).toBe('hello|proxied');
    expect(proxied?.headers.at(-1)).toMatch(/^PROXY TCP4 192\.0\.2\.7 \S+ 4711 \d+$/);
    // Who says nothing of the kind is not let in.
    expect(await exchange(port(0), 'no header\r\n').catch(() => '')).toBe('');
  });

  test.skipIf(skip)(`${title}: datagrams`, async () => {
    folder.writeObjects('manifests/datagrams.yaml', streamed('datagrams', [datagrams.port], 'UDP'));
    folder.writeObjects('manifests/udp.yaml', [configMap('udp', { [port(0)]: 'default/datagrams:main' })]);
    await start();
    if (backend === 'haproxy') {
      expect(await sluice.findings()).toContain(`SLU1706 ConfigMap default/udp data[${port(0)}]`);
    } else {
      expect(await askByDatagram(port(0), 'one')).toBe('datagrams:one');
      expect(await askByDatagram(port(0), 'two')).toBe('datagrams:two');
    }
    expect(await exchange(port(0), 'x')).toBe('x|first');
  });

  test.skipIf(skip)(`${title}: how long a connection may be silent`, async () => {
    const settings = configMap('settings', { 'proxy-stream-timeout': '1s' });
    folder.writeObjects('manifests/settings.yaml', [settings]);
    await start('--configmap', 'default/settings');
    const socket = connect({ port: port(0), host: '127.0.0.1' });
    socket.on('error', () => undefined).resume();
    await once(socket, 'close');
  });

  test.skipIf(skip)(`${title}: what cannot be served is left out alone`, async () => {
    const taken = await occupyPort();
    entries({
      [port(0)]: 'default/main:main',
      [taken.port]: 'default/main:main',
      [port(1)]: 'default/nothing:80',
      [port(2)]: 'default/main:80; } events {',
      80: 'default/main:main',
      70000: 'default/main:main',
    });
    await start();
    expect(await exchange(port(0), 'x')).toBe('x|first');
    expect((await get(sluice.http, 'web.test')).status).toBe(200);
    const findings = await sluice.findings();
    const expected = [
      ['SLU1702', taken.port],
      ['SLU1703', port(1)],
      ['SLU1701', port(2)],
      ['SLU1702', 80],
      ['SLU1701', 70000],
    ].map(([code, key]) => `${code} ConfigMap default/tcp data[${key}]`);
    expect(findings).toEqual(expect.arrayContaining(expected));
    await taken.release();
    await untilTrue('the port that is free by now', () => isOpen(taken.port));
    expect(await exchange(taken.port, 'x')).toBe('x|first');
  });
});
