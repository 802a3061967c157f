import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settingGroups } from '@sluice/core';
import { echoOf } from './echo-upstream.ts';
import { KeepAliveLoad } from './keep-alive-load.ts';
import { configMap, hostTo } from './manifest.ts';
import { MARK, poisons } from './poison-places.ts';
import { backends, needing, programOf } from './proxy-programs.ts';
import { get } from './raw-request.ts';
import type { RunningSluice } from './running-sluice.ts';
import { Shop } from './shop.ts';

/** What would do something in lists and patterns, besides; the last is as large as a ConfigMap can be. */
const more: readonly string[] = [
  '',
  ' ',
  ',,,',
  `~${MARK}("';{}$x[,~*${MARK}"'{};`,
  '0.0.0.0/99,::/129,x/y/z',
  '-1',
  '1e9',
  '9'.repeat(999),
  `${MARK},`.repeat(1000),
  `/${'a'.repeat(1200)}`,
  'v'.repeat(5000),
  '$"\\'.repeat(1000),
  '30d',
  '→é',
];

const keys = settingGroups.flatMap(({ settings }) => settings.map(({ key }) => key));

/** The settings that name other objects name these: their entries are poison. */
const NAMED = { 'add-headers': 'default/lines', 'proxy-set-headers': 'default/lines' } as const;

describe.each(backends)('poison in every setting, for %s', (backend) => {
  const { skip, title } = needing(programOf(backend), 'everybody is served');
  let shop: Shop;
  let sluice: RunningSluice;
  let load: KeepAliveLoad;
  let step = 0;

  beforeAll(async () => {
    if (skip) return;
    shop = await Shop.open(backend);
    const config = shop.folder.write('sluice.json', JSON.stringify({ configMap: 'default/settings' }));
    sluice = await shop.serve(['--config', config]);
    load = new KeepAliveLoad(sluice.ports.http, 'shop.test', 1);
  }, 60_000);

  afterAll(async () => {
    await load?.stop();
    await shop?.close();
  });

  test.skipIf(skip)(
    title,
    async () => {
      for (const value of [...poisons, ...more]) {
        const marker = `marker-${step++}.test`;
        shop.folder.writeObjects('manifests/poison.yaml', [
          configMap('settings', { ...Object.fromEntries(keys.map((key) => [key, value])), ...(step % 2 === 0 && NAMED) }),
          configMap('lines', {
            'X-One': value,
            [value]: 'x',
            [`X-${value}`]: value,
            Host: value,
            Connection: value,
            'X-Forwarded-For': value,
          }),
          hostTo(marker, 'web'),
        ]);
        await sluice.routes(marker);
        const { status, body } = await get(sluice.http, marker);
        expect([value, status, echoOf(body).upstream]).toEqual([value, 200, 'web']);
        expect(
          (await sluice.diagnostics()).filter(({ code }) => /^SLU[34]/.test(code) && code !== 'SLU3006' && code !== 'SLU3007'),
        ).toEqual([]);
      }
      expect(load.failures).toEqual([]);
      expect(sluice.command.stderr).not.toMatch(/"level":"(?:error|fatal)"/);
    },
    120_000,
  );
});
