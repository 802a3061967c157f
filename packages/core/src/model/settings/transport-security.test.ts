import { getDiffieHellman } from 'node:crypto';
import { expect, test } from 'vitest';
import { servedSettings } from '../../testing/served-settings.ts';

const said = (data: Readonly<Record<string, string>>) => servedSettings(data).model().settings.transportSecurity;

test('without a word TLS is as ingress-nginx has it', () => {
  expect(said({})).toMatchObject({
    protocols: { least: 'TLSv1.2', most: 'TLSv1.3' },
    ciphers: expect.stringMatching(/^ECDHE-ECDSA-AES128-GCM-SHA256:.*:DHE-RSA-AES128-GCM-SHA256$/),
    curves: [],
    sessions: { kept: true, keptBytes: 10 * 1024 * 1024, timeoutMs: 600_000, tickets: false },
    recordBytes: 4096,
    earlyData: false,
    refusesUnknownNames: false,
    stapling: false,
  });
});

test.each([
  ['TLSv1.3', { least: 'TLSv1.3', most: 'TLSv1.3' }, []],
  ['TLSv1.3 TLSv1.2', { least: 'TLSv1.2', most: 'TLSv1.3' }, []],
  ['TLSv1 TLSv1.1 TLSv1.2', { least: 'TLSv1.2', most: 'TLSv1.2' }, ['SLU1604']],
  ['TLSv9 TLSv1.3', { least: 'TLSv1.3', most: 'TLSv1.3' }, ['SLU1604']],
  ['SSLv3', { least: 'TLSv1.2', most: 'TLSv1.3' }, ['SLU1604']],
  ['', { least: 'TLSv1.2', most: 'TLSv1.3' }, ['SLU1604']],
])('versions %j', (text, expected, codes) => {
  const served = servedSettings({ 'ssl-protocols': text });
  expect(served.model().settings.transportSecurity.protocols).toEqual(expected);
  expect(served.findings().map(([code]) => code)).toEqual(codes);
});

test.each([
  ['HIGH:!aNULL:!MD5', 'HIGH:!aNULL:!MD5', 0],
  ['ECDHE+AESGCM:@STRENGTH', 'ECDHE+AESGCM:@STRENGTH', 0],
  ['ECDHE-RSA-AES128-GCM-SHA256, NOPE', 'ECDHE-RSA-AES128-GCM-SHA256', 1],
  ['ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0', 'ECDHE-RSA-AES128-GCM-SHA256', 1],
  ['TLS_AES_256_GCM_SHA384:ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 1],
  ['ECDHE-RSA-AES128-GCM-SHA256:\n"; }', 'ECDHE-RSA-AES128-GCM-SHA256', 1],
])('ciphers %j', (text, expected, findings) => {
  const served = servedSettings({ 'ssl-ciphers': text });
  expect(served.model().settings.transportSecurity.ciphers).toBe(expected);
  expect(served.findings()).toHaveLength(findings);
});

test.each(['NOPE', '!ALL', '', 'A'.repeat(5000), 'x; } server {', 'TLS_AES_256_GCM_SHA384'])('no cipher in %j: the default', (text) => {
  const served = servedSettings({ 'ssl-ciphers': text });
  expect(served.model().settings.transportSecurity.ciphers).toContain('ECDHE-ECDSA-AES128-GCM-SHA256');
  expect(served.findings()).toEqual([['SLU1604', 'data[ssl-ciphers]']]);
});

test('curves by the names that people use; what is not known everywhere is left out', () => {
  const served = servedSettings({ 'ssl-ecdh-curve': 'P-384:X25519:X25519MLKEM768:secp384r1' });
  expect(served.model().settings.transportSecurity.curves).toEqual(['secp384r1', 'X25519']);
  expect(served.findings()).toEqual([['SLU1603', 'data[ssl-ecdh-curve]']]);
});

test('the key of tickets is in nothing that can be printed, valid or not', () => {
  const key = Buffer.alloc(48, 9).toString('base64');
  const served = servedSettings({ 'ssl-session-tickets': 'true', 'ssl-session-ticket-key': key });
  const { ticketKey } = served.model().settings.transportSecurity.sessions;
  expect(ticketKey?.base64.reveal()).toBe(key);
  expect(JSON.stringify(served.build())).not.toContain(key);
  const short = Buffer.alloc(47, 9).toString('base64');
  served.set({ 'ssl-session-ticket-key': short });
  expect(served.findings()).toEqual([['SLU1603', 'data[ssl-session-ticket-key]']]);
  expect(JSON.stringify(served.build())).not.toContain(short);
});

function parameters(group: string): string {
  const prime = Buffer.concat([Buffer.alloc(1), getDiffieHellman(group).getPrime()]);
  const number = Buffer.concat([Buffer.from([2, 0x82, prime.length >> 8, prime.length & 0xff]), prime, Buffer.from([2, 1, 2])]);
  const der = Buffer.concat([Buffer.from([0x30, 0x82, number.length >> 8, number.length & 0xff]), number]);
  return `-----BEGIN DH PARAMETERS-----\n${der.toString('base64')}\n-----END DH PARAMETERS-----\n`;
}

test.each([
  ['of 2048 bits', parameters('modp14'), []],
  ['that are too small', parameters('modp5'), ['SLU1603']],
  ['that are none', 'garbage', ['SLU1603']],
  ['that are damaged', '-----BEGIN DH PARAMETERS-----\nMIIB\n-----END DH PARAMETERS-----\n', ['SLU1603']],
])('parameters of DHE %s', (_name, text, codes) => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'a', name: 'dh' }, stringData: { 'dhparam.pem': text } };
  const served = servedSettings({ 'ssl-dh-param': 'a/dh' });
  expect(served.findings()).toEqual([['SLU1603', 'data[ssl-dh-param]']]);
  served.put(secret);
  expect(served.findings().map(([code]) => code)).toEqual(codes);
  expect(served.model().settings.transportSecurity.diffieHellman === undefined).toBe(codes.length > 0);
});
