import { afterEach, beforeEach, expect, test } from 'vitest';
import { TemporaryFolder } from '../temporary-folder.ts';
import { kubeconfigText, readKubeconfig } from './kubeconfig.ts';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
});
afterEach(() => folder.remove());

test.each([
  ['a token', { server: 'https://10.0.0.1:6443', ca: 'authority', token: 'secret' }],
  ['a certificate', { server: 'https://10.0.0.1:6443', ca: 'authority', certificate: { cert: 'certificate', key: 'key' } }],
  ['no authority', { server: 'https://10.0.0.1:6443', token: 'secret' }],
])('%s is read as it was written', (_what, access) => {
  expect(readKubeconfig(folder.write('config', kubeconfigText(access)))).toEqual(access);
});

test('files are found from where the kubeconfig is, and only the current context counts', () => {
  folder.write('keys/ca.crt', 'authority');
  const path = folder.write(
    'config',
    `
current-context: second
contexts:
  - { name: first, context: { cluster: one, user: one } }
  - { name: second, context: { cluster: two, user: two } }
clusters:
  - { name: one, cluster: { server: 'https://one' } }
  - { name: two, cluster: { server: 'https://two', certificate-authority: keys/ca.crt } }
users:
  - { name: one, user: { token: first } }
  - { name: two, user: { token: second } }
`,
  );
  expect(readKubeconfig(path)).toEqual({ server: 'https://two', ca: 'authority', token: 'second' });
});

test('without a current context there is an error that names the file', () => {
  const path = folder.write('config', '{ "contexts": [], "clusters": [], "users": [] }');
  expect(() => readKubeconfig(path)).toThrow(`${path} has no current context`);
});
