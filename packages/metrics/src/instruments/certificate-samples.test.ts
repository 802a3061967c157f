import { beforeAll, expect, test } from 'vitest';
import { createDefaultCertificate } from '@sluice/core';
import type { RoutingModel } from '@sluice/core';
import { certificateSamples } from './certificate-samples.ts';

let der: Buffer;
beforeAll(async () => {
  const { chain } = await createDefaultCertificate();
  der = Buffer.from(chain.replace(/-----.*-----|\s/g, ''), 'base64');
});

/** What is told of a certificate that begins its serial number with this byte. */
function serialOf(firstByte: number): string | undefined {
  const changed = Buffer.from(der);
  // Certificate, TBSCertificate, [0] version, INTEGER (RFC 5280 section 4.1).
  const serial = changed.indexOf(Buffer.from([0xa0, 0x03, 0x02, 0x01, 0x02, 0x02])) + 7;
  changed[serial] = firstByte;
  const chain = `-----BEGIN CERTIFICATE-----\n${changed.toString('base64')}\n-----END CERTIFICATE-----\n`;
  const model = {
    virtualHosts: [{ name: 'a.test', tls: { certificate: 'shop/a', from: { object: { kind: 'Ingress' } } } }],
    certificates: [{ id: 'shop/a', chain }],
  };
  return certificateSamples(model as unknown as RoutingModel, 'class')[0]?.labels?.['identifier'];
}

test('serial numbers are told in decimals', () => {
  expect(serialOf(0x11)).toMatch(/^\d+$/);
});

test('a negative one, which RFC 5280 forbids and OpenSSL reads, is told as well', () => {
  expect(serialOf(0x91)).toMatch(/^-\d+$/);
});
