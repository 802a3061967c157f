import { Agent, request } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EchoUpstream } from './echo-upstream.ts';
import { configMap, endpointSlice, ingress, ingressClass, service } from './manifest.ts';
import { backends, needing, programOf } from './proxy-programs.ts';
import { RunningSluice, listenFlags } from './running-sluice.ts';
import { TemporaryFolder } from './temporary-folder.ts';
import { untilTrue } from './until.ts';

let upstream: EchoUpstream;
beforeAll(async () => {
  upstream = await EchoUpstream.start('web');
});
afterAll(() => upstream.close());

interface Sent {
  readonly host: string;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const PREFIX = 'nginx_ingress_controller_requests';

/** Values of the counter of requests, by the labels that matter here. */
function countsIn(metrics: string): Readonly<Record<string, number>> {
  const label = (line: string, name: string): string => new RegExp(`[{,]${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(line)?.[1] ?? '';
  const lines = metrics.split('\n').filter((line) => line.startsWith(`${PREFIX}{`));
  return Object.fromEntries(
    lines.map((line) => [
      ['host', 'status', 'method', 'path', 'ingress', 'service', 'canary'].map((name) => label(line, name)).join(' '),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

const total = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

const objects: readonly object[] = [
  ingressClass(),
  service('web'),
  ingress({
    name: 'shop',
    rules: [
      {
        host: 'shop.test',
        paths: [
          { service: 'web', path: '/' },
          { service: 'missing', path: '/missing' },
        ],
      },
      { host: '*.wild.test', paths: [{ service: 'web', path: '/w' }] },
    ],
  }),
  ingress({
    name: 'moved',
    annotations: { 'nginx.ingress.kubernetes.io/permanent-redirect': 'https://elsewhere.test/' },
    rules: [{ host: 'moved.test', paths: [{ service: 'web', path: '/m' }] }],
  }),
  ingress({
    name: 'canary',
    annotations: {
      'nginx.ingress.kubernetes.io/canary': 'true',
      'nginx.ingress.kubernetes.io/canary-by-header': 'x-canary',
    },
    rules: [{ host: 'shop.test', paths: [{ service: 'new', path: '/' }] }],
  }),
  service('new'),
];

const requests: readonly Sent[] = [
  { host: 'shop.test', path: '/a?b=c', headers: { 'user-agent': 'agent/1', referer: 'http://from.test/' } },
  { host: 'shop.test', path: '/post', method: 'POST', body: 'abc', headers: { authorization: `Basic ${btoa('jo:secret')}` } },
  { host: 'shop.test', path: '/canary', headers: { 'x-canary': 'always' } },
  { host: 'shop.test', path: '/missing/x' },
  { host: 'moved.test', path: '/m' },
  { host: 'a.wild.test', path: '/w/1' },
  { host: 'nobody.test', path: '/' },
];

const COUNTED = {
  'shop.test 200 GET / shop web ': 1,
  'shop.test 200 POST / shop web ': 1,
  'shop.test 200 GET / shop web default-new-80': 1,
  'shop.test 503 GET /missing shop missing ': 1,
  'moved.test 301 GET /m moved web ': 1,
  '*.wild.test 200 GET /w shop web ': 1,
};

const TIME = '\\[\\d\\d/\\w{3}/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}\\]';

/** What a line of the access log looks like; only times, ids and sizes of answers are not known. */
function lineOf(what: string, length: number, asked: string, { user = '-', from = '"-" "-"' } = {}): RegExp {
  return new RegExp(`^127\\.0\\.0\\.1 - ${user} ${TIME} "${what} \\d+ ${from} ${length} \\d\\.\\d{3} ${asked} [0-9a-f]{32}$`);
}

for (const backend of [...backends, 'nginx without Lua']) {
  const name = backend.split(' ')[0] ?? '';
  const { title, skip } = needing(programOf(name), `requests with ${backend}`);
  describe.skipIf(skip)(title, () => {
    let folder: TemporaryFolder;
    let sluice: RunningSluice;
    let agent: Agent;
    beforeEach(async () => {
      agent = new Agent({ keepAlive: true, maxSockets: 20 });
      folder = new TemporaryFolder();
      folder.writeObjects('manifests/common.yaml', [
        ...objects,
        endpointSlice('web', { port: upstream.port }),
        endpointSlice('new', { port: upstream.port }),
      ]);
      const settings = backend === 'nginx without Lua' ? 'nginx: { lua: "off" }\n' : '';
      folder.write('config.yaml', `configMap: default/settings\n${settings}`);
      const args = ['--config', folder.at('config.yaml'), '--backend', name, '--manifests', folder.at('manifests')];
      sluice = await RunningSluice.listening([...args, '--data', folder.at('data'), ...listenFlags]);
      await sluice.ready();
    });
    afterEach(async () => {
      agent.destroy();
      await sluice?.kill();
      folder.remove();
    });

    const send = ({ host, path, method = 'GET', headers = {}, body = '' }: Sent): Promise<number> => {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      const options = {
        host: '127.0.0.1',
        port: sluice.ports.http,
        path,
        method,
        agent,
        headers: { host, ...headers, ...(body !== '' && { 'content-length': body.length }) },
      };
      request(options, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode ?? 0));
      })
        .once('error', reject)
        .end(body);
      return promise;
    };
    const counts = async (): Promise<Readonly<Record<string, number>>> => countsIn((await sluice.page('/metrics')).text);
    const logged = (): readonly string[] => sluice.command.stdout.split('\n').slice(0, -1);

    test('each is counted once, by status, host, Ingress, Service and canary', async () => {
      for (const one of requests) await send(one);
      const expected =
        backend === 'nginx without Lua'
          ? { ...COUNTED, 'shop.test 200 GET / shop web ': 2, 'shop.test 200 GET / shop web default-new-80': undefined }
          : COUNTED;
      const wanted = Object.fromEntries(Object.entries(expected).filter(([, count]) => count !== undefined));
      await untilTrue('the counts', async () => total(await counts()) === total(COUNTED));
      expect(await counts()).toEqual(wanted);
    });

    test('under load sums by status are what was sent, and the log has a line for each', async () => {
      const sent = new Map<number, number>();
      const mix = requests.slice(0, 6);
      const client = async (first: number): Promise<void> => {
        for (let index = 0; index < 100; index++) {
          const status = await send(mix[(first + index) % mix.length] ?? requests[0]!);
          sent.set(status, (sent.get(status) ?? 0) + 1);
        }
      };
      await Promise.all(Array.from({ length: 20 }, (_, first) => client(first)));
      await untilTrue('the counts', async () => total(await counts()) >= 2000);
      const byStatus = new Map<number, number>();
      for (const [labels, count] of Object.entries(await counts())) {
        const status = Number(labels.split(' ')[1]);
        byStatus.set(status, (byStatus.get(status) ?? 0) + count);
      }
      expect(Object.fromEntries(byStatus)).toEqual(Object.fromEntries(sent));
      await untilTrue('the lines', () => Promise.resolve(logged().length >= 2000));
      expect(logged()).toHaveLength(2000);
    });

    test('lines are those of ingress-nginx', async () => {
      for (const one of requests.slice(0, 5)) await send(one);
      await untilTrue('the lines', () => Promise.resolve(logged().length === 5));
      const forwarded = (canary = ''): string =>
        `\\[default-web-80\\] \\[${canary}\\] 127\\.0\\.0\\.1:${upstream.port} \\d+ \\d\\.\\d{3} 200`;
      const canary = backend === 'nginx without Lua' ? '' : 'default-new-80';
      // HAProxy has taken `Connection: keep-alive` off before anything is counted.
      const off = backend === 'haproxy' ? 24 : 0;
      const lines = logged();
      const expected = [
        lineOf('GET /a\\?b=c HTTP/1\\.1" 200', 113 - off, forwarded(), { from: '"http://from\\.test/" "agent/1"' }),
        lineOf('POST /post HTTP/1\\.1" 200', 121 - off, forwarded(), { user: 'jo' }),
        lineOf('GET /canary HTTP/1\\.1" 200', 83 - off, forwarded(canary)),
        lineOf('GET /missing/x HTTP/1\\.1" 503', 68 - off, '\\[default-missing-80\\] \\[\\] - - - -'),
        lineOf('GET /m HTTP/1\\.1" 301', 61 - off, '\\[default-web-80\\] \\[\\] - - - -'),
      ];
      for (const pattern of expected)
        expect(
          lines.filter((line) => pattern.test(line)),
          `${pattern.source}\n${lines.join('\n')}`,
        ).toHaveLength(1);
      expect(sluice.command.stdout + sluice.command.stderr).not.toContain('secret');
    });

    test('the ConfigMap says how they look, and which there are none of', async () => {
      const settings = (data: Readonly<Record<string, string>>): void =>
        folder.writeObjects('manifests/settings.yaml', [configMap('settings', data)]);
      const format = '{"m":"$request_method","x":"$http_x_text","p":"$location_path","i":"$namespace/$ingress_name","d":"$$}"}';
      settings({
        'log-format-upstream': format,
        'log-format-escape-json': 'true',
        'skip-access-log-urls': '/healthy,~^/quiet/',
        'enable-access-log-for-default-backend': 'true',
      });
      const text = { 'x-text': Buffer.from('a"b\\c ä', 'utf8').toString('latin1') };
      await untilTrue('the format', async () => {
        await send({ host: 'shop.test', path: '/probe' });
        await untilTrue('a line', () => Promise.resolve(logged().length > 0));
        return sluice.command.stdout.includes('"m":"GET"');
      });
      for (const path of ['/healthy', '/quiet/1', '/told']) await send({ host: 'shop.test', path, headers: text });
      await send({ host: 'nobody.test', path: '/nobody', method: 'OPTIONS' });
      await untilTrue('the lines', () => Promise.resolve(sluice.command.stdout.includes('"m":"OPTIONS"')));
      expect(logged().filter((line) => line.includes('a\\"b'))).toEqual([
        '{"m":"GET","x":"a\\"b\\\\c ä","p":"/","i":"default/shop","d":"$$}"}',
      ]);
      settings({ 'disable-access-log': 'true' });
      await untilTrue('silence', async () => {
        const before = logged().length;
        for (let count = 0; count < 3; count++) await send({ host: 'shop.test', path: '/after' });
        await new Promise((resolve) => setTimeout(resolve, 1000));
        return logged().length === before;
      });
    });
  });
}
