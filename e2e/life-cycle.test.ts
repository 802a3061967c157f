import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { echoOf } from './echo-upstream.ts';
import { NO_ANSWER, exchangeBytes, get, openSocket, parseAnswer } from './raw-request.ts';
import { listenFlags } from './running-sluice.ts';
import { Shop } from './shop.ts';
import { sluice } from './sluice-command.ts';
import { occupyPort } from './socket-port.ts';
import { untilTrue } from './until.ts';

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
});

afterEach(() => shop.close());

const request = 'GET /slow HTTP/1.1\r\nHost: shop.test\r\n\r\n';

/** Whether the port takes connections no more. Sends nothing: the upstream may be holding requests. */
async function refuses(port: number): Promise<boolean> {
  const socket = openSocket({ port });
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}

describe('stopping', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s lets a request in flight finish, then ends with 0', async (signal) => {
    const controller = await shop.serve();
    shop.upstream.hold();
    const answer = exchangeBytes(openSocket(controller.http), request);
    const held = await shop.upstream.held();
    controller.command.signal(signal);
    await untilTrue('the listener to close', () => refuses(controller.ports.http));
    expect(controller.command.over).toBe(false);
    held.release();
    const { status, headers, body } = parseAnswer(await answer);
    expect(status).toBe(200);
    expect(headers.get('connection')).toBe('close');
    expect(echoOf(body).target).toBe('/slow');
    expect((await controller.command.ended()).status).toBe(0);
  });

  test('a second SIGTERM ends at once, with a request still in flight', async () => {
    const controller = await shop.serve();
    shop.upstream.hold();
    const outcome = exchangeBytes(openSocket(controller.http), request).catch((error: unknown) => String(error));
    await shop.upstream.held();
    controller.command.signal('SIGTERM');
    await untilTrue('the listener to close', () => refuses(controller.ports.http));
    expect(controller.command.over).toBe(false);
    controller.command.signal('SIGTERM');
    expect((await controller.command.ended()).status).toBe(0);
    // Closed or reset, but not given up by the client.
    expect(await outcome).not.toContain(NO_ANSWER);
  });

  test('idle connections do not hold it up', async () => {
    const controller = await shop.serve();
    const idle = openSocket(controller.http);
    const closed = exchangeBytes(idle, 'GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    await untilTrue('the answer', () => idle.bytesRead > 0);
    expect((await controller.stop()).status).toBe(0);
    expect(parseAnswer(await closed).status).toBe(200);
  });
});

describe('health and readiness', () => {
  test('before the directory exists it is healthy, not ready, and answers 503', async () => {
    const flags = ['--manifests', shop.folder.at('absent'), '--data', shop.data(), ...listenFlags];
    const controller = await shop.listening(flags);
    await untilTrue('the diagnostic', async () => (await controller.findings()).some((finding) => finding.startsWith('SLU1005 ')));
    expect((await controller.page('/healthz')).status).toBe(200);
    expect((await controller.page('/readyz')).status).toBe(503);
    expect((await controller.page('/api/model')).status).toBe(503);
    expect((await get(controller.http, 'shop.test')).status).toBe(503);
    // Long enough for the loop to have served nothing by mistake.
    for (let look = 0; look < 20; look++) {
      await delay(50);
      expect((await controller.page('/readyz')).status).toBe(503);
    }
    shop.folder.rename('manifests', 'absent');
    await untilTrue('readiness', async () => (await controller.page('/readyz')).status === 200);
    expect(echoOf((await get(controller.http, 'shop.test')).body).upstream).toBe('web');
  });

  test('a page that does not exist tells which ones do', async () => {
    const controller = await shop.serve();
    const { status, text } = await controller.page('/nothing');
    expect(status).toBe(404);
    expect(JSON.parse(text)).toMatchObject({ pages: expect.arrayContaining(['/healthz', '/readyz', '/api/status', '/api/explain']) });
  });

  test('status, model and explain tell what is served, without keys', async () => {
    const controller = await shop.serve();
    expect(await controller.json('/api/status')).toMatchObject({
      backend: 'node',
      ready: true,
      generation: { digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      objects: { Ingress: 1, Service: 1, EndpointSlice: 1, IngressClass: 1 },
      diagnostics: { error: 0, warning: 0, info: 0 },
      dataplane: { healthy: true },
    });
    expect(await controller.explain('http://shop.test/x')).toMatchObject({ outcome: 'forward', upstream: { id: 'default/web:80' } });
    expect((await controller.page('/api/explain')).status).toBe(400);
    expect((await controller.page('/api/explain?url=ftp://shop.test')).status).toBe(400);
  });
});

test('stdout has the access log and nothing else, in the format of ingress-nginx', async () => {
  const controller = await shop.serve();
  await get(controller.http, 'shop.test', '/seen');
  const { stdout, stderr } = await controller.stop();
  expect(stdout.trim().split('\n')).toEqual([expect.stringMatching(/^127\.0\.0\.1 - - \[[^\]]+\] "GET \/seen HTTP\/1\.1" 200 \d+ /)]);
  for (const line of stderr.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg');
});

describe('what cannot start', () => {
  test.each(['--http', '--https', '--admin'])('%s on an address in use ends with 3 and names the address', async (flag) => {
    const { port, release } = await occupyPort();
    const others = ['--http', '--https', '--admin'].filter((other) => other !== flag).flatMap((other) => [other, '127.0.0.1:0']);
    const args = ['run', '--manifests', shop.folder.at('manifests'), '--data', shop.data(), ...others, flag, `127.0.0.1:${port}`];
    const { status, stdout, stderr } = await sluice(args);
    await release();
    expect(status).toBe(3);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n').at(-1)).toMatch(
      new RegExp(`^error SLU3001: .*address already in use 127\\.0\\.0\\.1:${port} \\(help: `),
    );
  });

  test.each([
    [
      'an unknown backend',
      ['run', '--backend', 'nod'],
      /SLU2004: there is no backend "nod" \(did you mean "node"\?\); installed: haproxy, nginx, node/,
    ],
    ['an unknown flag', ['run', '--manifest', 'x'], /unknown option '--manifest'\n\(Did you mean --manifests\?\)/],
    ['an unknown command', ['serve'], /unknown command 'serve'/],
    ['an address that is none', ['run', '--http', 'nonsense'], /SLU2003: "nonsense" is not an address/],
    ['a log level that is none', ['run', '--log-level', 'loud'], /SLU2003: log\.level/],
    ['nothing to watch', ['run'], /SLU2003: watch: there is nothing to watch/],
    ['a missing configuration file', ['run', '--config', 'absent.yaml'], /SLU2002: cannot read absent\.yaml/],
    ['a URL of another scheme', ['explain', 'ftp://shop.test', '--manifests', '.'], /SLU2001: "ftp:\/\/shop\.test" is not an http/],
    ['a URL that is none', ['explain', 'http:///path', '--manifests', '.'], /SLU2001: "http:\/\/\/path" is not an http or https URL/],
    ['render without a backend', ['render', '.'], /required option '--backend <name>' not specified/],
  ])('%s ends with 2', async (_name, args, message) => {
    const manifests = args.length > 1 && args[0] === 'run' ? ['--manifests', shop.folder.at('manifests')] : [];
    const { status, stdout, stderr } = await sluice([...args, ...manifests], { cwd: shop.folder.path });
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
});
