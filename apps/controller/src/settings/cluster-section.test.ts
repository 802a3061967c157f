import { expect, test } from 'vitest';
import { clusterSection } from './cluster-section.ts';
import { loadSettings } from './load-settings.ts';

test.each([
  ['', [], []],
  ['', ['c/d'], ['c/d']],
  ['a/b', [], ['a/b']],
  ['a/b', ['c/d'], ['c/d', 'a/b']],
])(
  'with the default certificate %j and the Secrets %j, %j are read although no Ingress names them',
  async (defaultCertificate, given, read) => {
    const kubernetes = { namespaces: ['shop'], alsoSecrets: given };
    const { base } = await loadSettings({}, {}, { defaultCertificate, watch: { kubernetes } });
    expect(clusterSection(base)).toMatchObject({ namespaces: ['shop'], secrets: 'referenced', alsoSecrets: read });
  },
);

test('without a section there is nothing but what settings name', async () => {
  expect(clusterSection((await loadSettings({}, {})).base)).toEqual({});
  expect(clusterSection((await loadSettings({}, {}, { defaultCertificate: 'a/b' })).base)).toEqual({ alsoSecrets: ['a/b'] });
});

test('the ConfigMap with settings is read too', async () => {
  const { base } = await loadSettings({}, {}, { configMap: 'a/b', watch: { kubernetes: { alsoConfigMaps: ['c/d'] } } });
  expect(clusterSection(base)).toMatchObject({ alsoConfigMaps: ['c/d', 'a/b'] });
});
