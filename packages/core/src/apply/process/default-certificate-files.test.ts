import { X509Certificate, createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDefaultCertificate } from '../default-certificate.ts';
import { ensureDefaultCertificate } from './default-certificate-files.ts';

test('the certificate is made once, renewed before it ends, and always fits its key', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-default-test-'));
  const read = () => ({ crt: readFileSync(join(folder, 'tls.crt')), key: readFileSync(join(folder, 'tls.key')) });
  await ensureDefaultCertificate(folder);
  const first = read();
  expect(new X509Certificate(first.crt).checkPrivateKey(createPrivateKey(first.key))).toBe(true);
  expect(statSync(join(folder, 'tls.key')).mode & 0o777).toBe(0o600);
  await ensureDefaultCertificate(folder);
  expect(read()).toEqual(first);
  const elevenMonthsAgo = Date.now() - 340 * 24 * 60 * 60 * 1000;
  const old = await createDefaultCertificate(elevenMonthsAgo);
  writeFileSync(join(folder, 'tls.pem'), `${old.chain}\n${old.privateKey.reveal()}`);
  await ensureDefaultCertificate(folder);
  const renewed = read();
  expect(new X509Certificate(renewed.crt).validToDate.getTime()).toBeGreaterThan(Date.now() + 300 * 24 * 60 * 60 * 1000);
  expect(new X509Certificate(renewed.crt).checkPrivateKey(createPrivateKey(renewed.key))).toBe(true);
  rmSync(folder, { recursive: true });
});
