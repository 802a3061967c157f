import { describe, expect, test } from 'vitest';
import { annotatedIngress } from '../testing/served-ingresses.ts';
import { servedSettings } from '../testing/served-settings.ts';
import { asTold, forwardedAddress, toldEdits } from './forwarded.ts';
import { requestOf } from './request-of.ts';

const peers = ['10.0.0.0/8', '2001:db8::/32'];

test.each([
  ['10.0.0.1', '', '10.0.0.1'],
  ['10.0.0.1', '192.0.2.1', '192.0.2.1'],
  ['192.0.2.9', '192.0.2.1', '192.0.2.9'],
  ['10.0.0.1', '192.0.2.1, 10.0.0.2,10.0.0.3', '192.0.2.1'],
  ['10.0.0.1', '192.0.2.1 192.0.2.2', '192.0.2.2'],
  ['10.0.0.1', '10.0.0.2, 10.0.0.3', '10.0.0.2'],
  ['10.0.0.1', '192.0.2.1, nobody, 10.0.0.3', '10.0.0.3'],
  ['10.0.0.1', '192.0.2.1:8080', '192.0.2.1'],
  ['10.0.0.1', '[2001:DB9::0:1]:80', '2001:db9::1'],
  ['10.0.0.1', '::ffff:192.0.2.1', '192.0.2.1'],
  ['10.0.0.1', '1.2.3', '10.0.0.1'],
  ['10.0.0.1', 'fe80::1%eth0', '10.0.0.1'],
  ['10.0.0.1', `${','.repeat(10_000)} 192.0.2.1`, '192.0.2.1'],
])('%s with the list %j is %s', (peer, list, client) => {
  expect(forwardedAddress(peers, peer, list)).toBe(client);
});

describe('a request as told', () => {
  const served = (data: Readonly<Record<string, string>>) => servedSettings(data, annotatedIngress('x', { 'force-ssl-redirect': 'true' }));
  const headers = ['X-Forwarded-For: 192.0.2.1', 'X-Forwarded-Proto: https', 'X-Forwarded-Host: outer.test, x', 'X-Forwarded-Port: 443'];
  const request = requestOf({ url: 'http://x.test/', headers });

  test('is the same object where nobody is believed', () => {
    if (request === undefined) throw new TypeError('no request');
    const { settings } = served({}).model();
    expect(asTold(request, settings)).toBe(request);
    expect(toldEdits(request, settings.forwarded)).toEqual([]);
  });

  test('has the way of the headers where they are believed, and is not redirected', () => {
    if (request === undefined) throw new TypeError('no request');
    const cluster = served({ 'use-forwarded-headers': 'true' });
    const told = asTold(request, cluster.model().settings);
    expect(told.clientAddress).toBe('192.0.2.1');
    expect(told.told).toEqual({ scheme: 'https', host: 'outer.test', port: '443', addresses: '192.0.2.1' });
    expect(cluster.ask({ url: 'http://x.test/', headers })?.outcome).toBe('forward');
    cluster.set({});
    expect(cluster.ask({ url: 'http://x.test/', headers })?.status).toBe(308);
  });

  test.each([
    ['X-Forwarded-For', '192.0.2.2'],
    ['X-Client', '192.0.2.1'],
  ])('takes all lines of the usual header, and the first one of another (%s)', (name, client) => {
    const twice = requestOf({ url: 'http://x.test/', headers: [`${name}: 192.0.2.1`, `${name}: 192.0.2.2`], clientAddress: '10.0.0.1' });
    if (twice === undefined) throw new TypeError('no request');
    const data = { 'use-forwarded-headers': 'true', 'proxy-real-ip-cidr': '10.0.0.0/8', 'forwarded-for-header': name };
    expect(asTold(twice, served(data).model().settings).clientAddress).toBe(client);
  });
});

test('peers that are no addresses are told as errors, and the others hold', () => {
  const cluster = servedSettings({ 'enable-real-ip': 'true', 'proxy-real-ip-cidr': '10.0.0.0/8,x;}' });
  expect(cluster.model().settings.forwarded.peers).toEqual(['10.0.0.0/8']);
  expect(cluster.findings()).toEqual([['SLU1604', 'data[proxy-real-ip-cidr]']]);
});
