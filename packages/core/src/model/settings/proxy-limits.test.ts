import { expect, test } from 'vitest';
import { servedSettings } from '../../testing/served-settings.ts';

/** Values that a proxy would refuse, with everything else that is configured: longer than it takes, or beyond its timers. */
const values: readonly (readonly [key: string, value: string])[] = [
  ['custom-http-errors', '404,499'],
  ['proxy-stream-timeout', '30d'],
  ['skip-access-log-urls', `/${'a'.repeat(1000)}`],
  ['skip-access-log-urls', Array.from({ length: 501 }, (_, index) => `/${index}`).join(',')],
  ['hide-headers', 'x'.repeat(129)],
  ['block-user-agents', 'x'.repeat(1001)],
  ['ssl-dh-param', '../x'],
];

test.each(values)('%s: what a proxy would refuse is told', (key, value) => {
  const served = servedSettings({ [key]: value });
  served.model();
  expect(served.findings().map(([, field]) => field)).toEqual([`data[${key}]`]);
});

const linesWith = (value: string) =>
  servedSettings(
    { 'proxy-set-headers': 'ingress/lines' },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'ingress', name: 'lines' },
      data: { 'X-One': value },
    },
  );

test.each(['v'.repeat(3801), '"'.repeat(2000), '$'.repeat(300), 'é'.repeat(2000)])(
  'a header line that is too long for nginx is told',
  (value) => {
    expect(linesWith(value).findings()).toEqual([['SLU1603', 'data[proxy-set-headers]']]);
  },
);

test('one that is not is sent', () => {
  expect(linesWith('v'.repeat(3800)).findings()).toEqual([]);
});
