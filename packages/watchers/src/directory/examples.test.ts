import { X509Certificate, createPrivateKey } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { SnapshotStore } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { readManifests } from './manifest-reading.ts';

const shop = fileURLToPath(new URL('../../../../examples/shop', import.meta.url));

async function readShop(): Promise<SnapshotStore> {
  const { objects, diagnostics } = await readManifests([shop]);
  const store = new SnapshotStore();
  store.change(objects.map((object) => ({ kind: 'put', object })));
  store.report(diagnostics);
  return store;
}

describe('examples/shop', () => {
  it('holds valid objects only, each once', async () => {
    const store = await readShop();
    expect(store.diagnostics()).toEqual([]);
    const { objects } = store.snapshot();
    expect([...objects.Ingress.values()].map(({ spec }) => spec.ingressClassName)).toEqual(Array(6).fill('nginx'));
    expect([...objects.Ingress.values()].flatMap(({ spec }) => spec.rules.map(({ host }) => host)).toSorted()).toEqual([
      '*.preview.localhost',
      'blog.localhost',
      'broken.localhost',
      'chat.localhost',
      'secure.localhost',
      'shop.localhost',
    ]);
  });

  it('has a certificate for secure.localhost that is good for years', async () => {
    const { objects } = (await readManifests([shop])) as { objects: { kind: string; data?: Record<string, string> }[] };
    const secret = objects.find(({ kind }) => kind === 'Secret');
    const [crt, key] = ['tls.crt', 'tls.key'].map((name) => Buffer.from(secret?.data?.[name] ?? '', 'base64'));
    const certificate = new X509Certificate(crt ?? '');
    expect(certificate.checkHost('secure.localhost')).toBe('secure.localhost');
    expect(certificate.checkPrivateKey(createPrivateKey(key ?? ''))).toBe(true);
    expect(certificate.validToDate.getUTCFullYear()).toBeGreaterThan(2040);
  });
});
