import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backends, needing, programOf } from './proxy-programs.ts';
import { get } from './raw-request.ts';
import { Shop } from './shop.ts';

const SAID = {
  'worker-processes': '2',
  'max-worker-connections': '1000',
  'max-worker-open-files': '5000',
  'worker-shutdown-timeout': '10s',
  'worker-cpu-affinity': 'auto',
  'enable-multi-accept': 'false',
  'reuse-port': 'false',
  'disable-ipv6': 'true',
  'default-type': 'application/octet-stream',
  'error-log-level': 'warn',
  'bind-address': '127.0.0.1',
  'map-hash-bucket-size': '512',
  'nginx-status-ipv4-whitelist': '10.0.0.0/8',
  'proxy-stream-timeout': '1s',
} as const;

const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  node: [],
  nginx: [
    'worker_processes 2;',
    'worker_connections 1000;',
    'worker_rlimit_nofile 5000;',
    'worker_shutdown_timeout 10000ms;',
    'worker_cpu_affinity auto;',
    'multi_accept off;',
    'default_type application/octet-stream;',
  ],
  haproxy: ['maxconn 1000', 'nbthread 2', 'hard-stop-after 10000ms', 'tune.maxaccept 1'],
};

/** Those that a backend does not do, or not as they are. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  node: [
    'bind-address',
    'disable-ipv6',
    'enable-multi-accept',
    'error-log-level',
    'max-worker-connections',
    'max-worker-open-files',
    'reuse-port',
    'worker-cpu-affinity',
    'worker-processes',
  ],
  nginx: ['bind-address', 'error-log-level'],
  haproxy: ['bind-address', 'error-log-level', 'max-worker-connections', 'reuse-port', 'worker-cpu-affinity', 'worker-processes'],
};

describe.each(backends)('settings about processes by %s', (backend) => {
  const { skip, title } = needing(programOf(backend), 'a real proxy');
  let shop: Shop;

  beforeEach(async () => {
    shop = await Shop.open(backend);
  });

  afterEach(() => shop.close());

  const configuration = (): string =>
    backend === 'node' ? '' : readFileSync(shop.data(backend, 'current', backend === 'nginx' ? 'nginx.conf' : 'haproxy.cfg'), 'latin1');

  test.skipIf(skip)(`${title}: come and go live, and what is not done is told`, async () => {
    const sluice = await shop.serveWith({});
    const before = configuration();
    await shop.changeTo(SAID);
    expect((await get(sluice.http, 'shop.test')).status).toBe(200);
    for (const line of WRITTEN[backend] ?? []) expect(configuration()).toContain(line);
    const told = (await sluice.diagnostics()).filter(({ object }) => object.kind === 'ConfigMap').map(({ field }) => field);
    expect(told.toSorted()).toEqual(TOLD[backend]?.map((key) => `data[${key}]`));
    await shop.changeTo({});
    expect(configuration()).toBe(before);
    expect((await get(sluice.http, 'shop.test')).status).toBe(200);
  });
});
