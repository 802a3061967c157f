import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { echoOf } from './echo-upstream.ts';
import { hostTo } from './manifest.ts';
import { childrenOf, runs } from './proxy-process.ts';
import { backends, needing, programOf } from './proxy-programs.ts';
import { connects, exchangeBytes, get, openSocket, parseAnswer } from './raw-request.ts';
import { Shop } from './shop.ts';
import { untilTrue } from './until.ts';

/** Longer than any test: what ends it is not the time. */
const LONG = '3600';

/** As nginx prints it. */
const STUB_STATUS =
  /^Active connections: (\d+) \nserver accepts handled requests\n (\d+) (\d+) (\d+) \nReading: (\d+) Writing: (\d+) Waiting: (\d+) \n$/;

for (const backend of backends) {
  const { title, skip } = needing(programOf(backend), `health of ${backend}`);
  describe.skipIf(skip)(title, () => {
    let shop: Shop;

    beforeEach(async () => {
      shop = await Shop.open(backend);
    });

    afterEach(() => shop.close());

    const statusOf = async (page: string): Promise<number> => (await shop.sluice.page(page)).status;

    test('a stop makes it unready at once; it serves on, also what changes, until a second signal lets it drain', async () => {
      const controller = await shop.serve(['--shutdown-grace-period', LONG]);
      controller.command.signal('SIGTERM');
      await untilTrue('not ready', async () => (await statusOf('/readyz')) === 503);
      expect((await controller.page('/readyz')).text).toBe('not ready: it is about to stop\n');
      expect(await statusOf('/healthz')).toBe(200);
      expect(echoOf((await get(controller.http, 'shop.test')).body).upstream).toBe('web');
      shop.folder.writeObjects('manifests/late.yaml', [hostTo('late.test', 'web')]);
      await untilTrue('the change', async () => (await get(controller.http, 'late.test')).status === 200);
      shop.upstream.hold();
      const answer = exchangeBytes(openSocket(controller.http), 'GET /slow HTTP/1.1\r\nHost: shop.test\r\n\r\n');
      const held = await shop.upstream.held();
      controller.command.signal('SIGTERM');
      // While the last request is answered, whoever asks is told.
      await untilTrue('the drain', async () => !(await connects(controller.ports.http)));
      expect([await statusOf('/readyz'), await statusOf('/healthz'), await statusOf('/metrics')]).toEqual([503, 200, 200]);
      held.release();
      expect(parseAnswer(await answer).status).toBe(200);
      expect((await controller.command.ended()).status).toBe(0);
    });

    test('the grace period ends by itself', async () => {
      const controller = await shop.serve(['--shutdown-grace-period', '1']);
      expect((await controller.stop()).status).toBe(0);
      expect(controller.command.stderr).toContain('"graceMs":1000');
    });

    test('the stub status has the form of nginx, and counts', async () => {
      const controller = await shop.serve();
      const idle = openSocket(controller.http);
      idle.write('GET /kept HTTP/1.1\r\nHost: shop.test\r\n\r\n');
      await untilTrue('the answer', () => idle.bytesRead > 0);
      const numbers = async (): Promise<readonly number[]> =>
        (STUB_STATUS.exec((await controller.page('/nginx_status')).text) ?? []).slice(1).map(Number);
      await untilTrue('the request to be counted', async () => ((await numbers())[3] ?? 0) >= 1);
      const [active = 0, accepts = 0, handled = 0, , reading = 0, writing = 0, waiting = 0] = await numbers();
      expect(active).toBeGreaterThanOrEqual(1);
      expect(accepts).toBeGreaterThanOrEqual(1);
      expect(handled).toBe(accepts);
      expect(reading + writing + waiting).toBe(active);
      expect(waiting).toBe(backend === 'haproxy' ? 0 : 1);
      idle.destroy();
    });

    test('neither a bad object nor a source that is gone makes it ill', async () => {
      const controller = await shop.serve();
      shop.folder.write('manifests/broken.yaml', 'kind: [');
      shop.folder.writeObjects('manifests/bad.yaml', [
        { ...hostTo('bad.test', 'web'), metadata: { name: 'bad', annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': ';' } } },
      ]);
      await untilTrue('the findings', async () => (await controller.diagnostics()).some(({ severity }) => severity === 'error'));
      shop.folder.rename('manifests', 'away');
      await untilTrue('the directory to be missed', async () => (await controller.findings()).some((one) => one.startsWith('SLU1005 ')));
      expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 200]);
    });

    if (backend === 'node') return;
    describe('a proxy that hangs', () => {
      const workerPid = (): number => childrenOf(shop.master())[0] ?? 0;

      test.each([
        ['master', () => shop.master()],
        ['worker', workerPid],
      ])('a stopped %s is told, and that it goes on', async (_what, find) => {
        const controller = await shop.serve();
        const pid = find();
        expect(runs(pid)).toBe(true);
        process.kill(pid, 'SIGSTOP');
        try {
          await untilTrue('503', async () => (await statusOf('/healthz')) === 503);
          expect((await controller.page('/healthz')).text).toMatch(/(?:nginx|HAProxy)/);
          expect((await controller.page('/readyz')).text).toMatch(/^not ready: .*(?:nginx|HAProxy)/);
        } finally {
          process.kill(pid, 'SIGCONT');
        }
        await untilTrue('200', async () => (await statusOf('/healthz')) === 200);
        expect(await statusOf('/readyz')).toBe(200);
      });
    });
  });
}
