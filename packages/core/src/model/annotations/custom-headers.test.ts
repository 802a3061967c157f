import { expect, test } from 'vitest';
import { annotatedIngress } from '../../testing/served-ingresses.ts';
import { servedSettings } from '../../testing/served-settings.ts';

const configMap = (data: Record<string, string>) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'headers' }, data });
const served = (data?: Record<string, string>, value = 'default/headers') => {
  const cluster = servedSettings(
    { 'global-allowed-response-headers': 'X-One, X-Two,content-length' },
    annotatedIngress('x', { 'custom-headers': value }),
    ...(data === undefined ? [] : [configMap(data)]),
  );
  const found = () => cluster.build().diagnostics.filter(({ field }) => field.includes('annotations'));
  return {
    ...cluster,
    policies: () =>
      cluster
        .model()
        .virtualHosts.find(({ name }) => name === 'x.test')
        ?.routes.at(-1)?.policies ?? [],
    findings: () => found().map(({ code, message }) => `${code}: ${message}`),
  };
};

test('entries of the ConfigMap become headers of answers, by name', () => {
  const { policies, findings } = served({ 'X-Two': 'b; $host "q"', 'X-One': 'a' });
  expect(policies().filter(({ kind }) => kind === 'response-headers')).toMatchObject([
    {
      kind: 'response-headers',
      lines: [
        { name: 'X-One', value: 'a' },
        { name: 'X-Two', value: 'b; $host "q"' },
      ],
    },
  ]);
  expect(findings()).toEqual([]);
});

test.each([
  [undefined, 'there is no ConfigMap default/headers'],
  [{ 'X-three': 'a' }, 'the header X-three of the ConfigMap default/headers is not among global-allowed-response-headers'],
  [{ 'X One': 'a' }, 'the entry "X One" of the ConfigMap default/headers is no header name'],
  [{ 'X-One': 'a\nb' }, 'the value of X-One of the ConfigMap default/headers has characters that are not allowed'],
  [{ 'content-length': '5' }, 'the header content-length of the ConfigMap default/headers belongs to the connection'],
])('%o: 503 and a word to the owner', (data, because) => {
  const { ask, findings } = served(data);
  expect(ask({ url: 'http://x.test/' })?.status).toBe(503);
  expect(findings()).toEqual([`SLU1506: ${because}; its paths answer 503`]);
});

test('a ConfigMap that comes later counts', () => {
  const { put, ask } = served();
  expect(ask({ url: 'http://x.test/' })?.status).toBe(503);
  put(configMap({ 'X-One': 'a' }));
  expect(ask({ url: 'http://x.test/' })?.outcome).toBe('forward');
});

test('a reference with odd characters counts as absent', () => {
  expect(served(undefined, 'a b;c').findings()).toEqual([expect.stringMatching(/^SLU1504/)]);
});

test('without a list no header is allowed, and the list is followed', () => {
  const served = servedSettings({}, annotatedIngress('x', { 'custom-headers': 'default/headers' }), configMap({ 'X-One': 'a' }));
  const status = () => served.ask({ url: 'http://x.test/' })?.status;
  expect(status()).toBe(503);
  served.set({ 'global-allowed-response-headers': 'X-One' });
  expect(status()).toBeUndefined();
});
